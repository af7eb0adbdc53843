package baidu

// The calls of template messages, by their paths below [RestRoot] (seed 001),
// and the newer code2session (protocol.md §1.7).
const (
	CallLibraryList    = "template/librarylist"
	CallLibraryGet     = "template/libraryget"
	CallAddTemplate    = "template/templateadd"
	CallListTemplates  = "template/templatelist"
	CallDeleteTemplate = "template/templatedel"
	CallSend           = "template/send"
	CallGetSessionKey  = "getsessionkey"
)

// RestRoot is where the calls are; TokenPath and SessionKeyPath are those of the
// token call and of the older code2session (protocol.md §1.5, §1.7).
const (
	RestRoot       = "/rest/2.0/smartapp/"
	TokenPath      = "/oauth/2.0/token"
	SessionKeyPath = "/oauth/jscode2sessionkey"
)
