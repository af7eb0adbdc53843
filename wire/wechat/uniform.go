package wechat

// UniformRequest is the body of uniform_send (protocol.md §2.3). It holds the
// half that counts; the other is nil.
type UniformRequest struct {
	ToUser   string         `json:"touser"`
	Mini     *MiniMessage   `json:"weapp_template_msg,omitempty"`
	Official *LinkedMessage `json:"mp_template_msg,omitempty"`
}

// LinkedMessage is the official account's half of uniform_send: a message of
// the account that is linked to the mini program which sends it.
type LinkedMessage struct {
	AppID string `json:"appid"` // of the official account
	OfficialMessage
}

// DecodeUniformSend reads the body of uniform_send and decides which half
// counts: weapp_template_msg if it is there, and then mp_template_msg is
// ignored, whatever it is (protocol.md §2.3). A half that is there without
// saying anything gives way to one that does: weapp v1.5.1 always sends both.
func DecodeUniformSend(body []byte) (UniformRequest, error) {
	var req UniformRequest
	var mini, official []byte
	err := decodeObject(body, func(name, value []byte) (err error) {
		switch string(name) {
		case "touser":
			req.ToUser, err = text("touser", value)
		case "weapp_template_msg":
			mini = value
		case "mp_template_msg":
			official = value
		}
		return err
	})
	if err != nil {
		return UniformRequest{}, err
	}
	if req.Mini, err = decodeMini(mini); err != nil {
		return UniformRequest{}, err
	}
	if req.Mini != nil && !req.Mini.empty() {
		return req, nil
	}
	if req.Official, err = decodeLinked(official); err != nil {
		return UniformRequest{}, err
	}
	switch {
	case req.Mini == nil && req.Official == nil:
		return UniformRequest{}, &BodyError{"it has neither weapp_template_msg nor mp_template_msg"}
	case req.Official != nil && (req.Mini == nil || !req.Official.empty()):
		req.Mini = nil
	default:
		req.Official = nil
	}
	return req, nil
}

func decodeMini(raw []byte) (*MiniMessage, error) {
	if blank(raw) {
		return nil, nil
	}
	if raw[0] != '{' {
		return nil, &BodyError{"weapp_template_msg is " + shape(raw) + "; it must be an object"}
	}
	var m MiniMessage
	if err := eachMember(raw, m.set); err != nil {
		return nil, err
	}
	return &m, nil
}

// empty reports whether the half says nothing.
func (m *LinkedMessage) empty() bool { return m.AppID == "" && m.OfficialMessage.empty() }

func decodeLinked(raw []byte) (*LinkedMessage, error) {
	if blank(raw) {
		return nil, nil
	}
	if raw[0] != '{' {
		return nil, &BodyError{"mp_template_msg is " + shape(raw) + "; it must be an object"}
	}
	var m LinkedMessage
	var parts officialParts
	err := eachMember(raw, func(name, value []byte) (err error) {
		if string(name) == "appid" {
			m.AppID, err = text("mp_template_msg.appid", value)
			return err
		}
		return parts.set(name, value)
	})
	if err != nil {
		return nil, err
	}
	m.OfficialMessage = parts.message()
	return &m, nil
}
