package archtest

// layer says what one package may import. Everything may import the standard
// library.
type layer struct {
	// pkg is the package's folder; "." is the root, package muban.
	pkg string
	// inside are the packages of this module that it may import. An entry
	// that ends in /... also stands for every package below.
	inside []string
	// outside are the modules, or packages of modules, that it may import.
	outside []string
	// why is printed with every offence.
	why string
}

// anything, as an entry of outside, allows every module.
const anything = "*"

// layers has a row for every package of the module, from the words at the
// bottom to main at the top. A new package needs a row, and a row that lists
// more than its neighbours needs a good reason.
var layers = []layer{
	{
		pkg: ".",
		why: "package muban is the vocabulary: whoever needs a word must not get a driver with it",
	},
	{
		pkg: "wire",
		why: "what crosses the network is described without doing I/O, so that server and SDK share it",
	},
	{
		pkg:    "wire/wechat",
		inside: []string{"wire"},
		why:    "wire packages are used by server and SDK: the standard library and wire only",
	},
	{
		pkg:    "wire/baidu",
		inside: []string{"wire"},
		why:    "wire packages are used by server and SDK: the standard library and wire only",
	},
	{
		pkg:    "wire/alipay",
		inside: []string{"wire"},
		why:    "wire packages are used by server and SDK: the standard library and wire only",
	},
	{
		pkg:    "wire/cloudcall",
		inside: []string{"wire"},
		why:    "wire packages are used by server and SDK: the standard library and wire only",
	},
	{
		pkg:    "client",
		inside: []string{".", "wire/..."},
		why:    "the SDK is imported by users' programs: the standard library, the words and the wire formats only",
	},
	{
		pkg:    "client/callback",
		inside: []string{".", "wire/wechat"},
		why:    "what receives events is imported by users' programs, also by those that send with another client",
	},
	{
		pkg:    "mubantest",
		inside: []string{".", "client/...", "internal/server", "internal/apiclient", "wire/wechat", "wire/alipay"},
		why:    "users' tests get the real server; it is driven by its native API, as any program does",
	},
	{
		pkg:    "library",
		inside: []string{"."},
		why:    "the starter library is data in the words of package muban",
	},
	{
		pkg: "internal/hotcache",
		why: "a cache knows nothing of what it keeps",
	},
	{
		pkg:     "internal/datadir",
		outside: []string{"golang.org/x/sys"},
		why:     "holding a folder for one process needs no words of ours",
	},
	{
		pkg: "internal/durable",
		why: "making a file durable needs no words of ours",
	},
	{
		pkg:     "internal/messaging",
		inside:  []string{".", "internal/hotcache", "library"}, // library: the platform's table of industries
		outside: []string{"golang.org/x/time/rate"},
		why:     "the rules know no platform's wire format, no HTTP and no database: those come in through ports",
	},
	{
		pkg:     "internal/delivery",
		inside:  []string{".", "wire/..."},
		outside: []string{"code.dny.dev/ssrf"},
		why:     "the workers take what was accepted from their ports; they decide nothing that messaging decides",
	},
	{
		pkg:    "internal/retention",
		inside: []string{"."},
		why:    "it decides when and how fast; what is old and how it goes is the store's, behind a port",
	},
	{
		pkg:     "internal/sqlstore",
		inside:  []string{".", "internal/durable"},
		outside: []string{"modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3", "golang.org/x/sys"},
		why:     "the store speaks the words of package muban and fits the ports by their shape, not by importing them",
	},
	{
		pkg:     "internal/sqlstore/storetest",
		inside:  []string{".", "internal/messaging", "internal/delivery", "internal/retention", "internal/sandbox"},
		outside: []string{"github.com/google/go-cmp", "pgregory.net/rapid"},
		why:     "the suite tests the ports that messaging and delivery declare, on whatever store it is given",
	},
	{
		pkg:     "internal/httpx",
		inside:  []string{"."},
		outside: []string{"github.com/prometheus/client_golang"},
		why:     "what every HTTP surface shares belongs to none of them",
	},
	{
		pkg:    "internal/inspect",
		inside: []string{".", "internal/httpx", "internal/messaging"},
		why:    "the inspector is told of calls by what all dialects share, knows none of them, and asks messaging what became of a grant",
	},
	{
		pkg:    "internal/dialect/wechat",
		inside: []string{".", "internal/messaging", "internal/httpx", "wire", "wire/wechat"},
		why:    "a dialect translates between its own wire format and messaging; dialects never import each other",
	},
	{
		pkg:    "internal/dialect/baidu",
		inside: []string{".", "internal/messaging", "internal/httpx", "wire", "wire/baidu"},
		why:    "a dialect translates between its own wire format and messaging; dialects never import each other",
	},
	{
		pkg:     "internal/dialect/alipay",
		inside:  []string{".", "internal/messaging", "internal/httpx", "internal/hotcache", "wire", "wire/alipay"},
		outside: []string{"golang.org/x/text"}, // requests and answers in GBK, GB2312 and GB18030
		why:     "a dialect translates between its own wire format and messaging; dialects never import each other",
	},
	{
		pkg:    "internal/dialect/cloudcall",
		inside: []string{".", "internal/messaging", "internal/httpx", "wire", "wire/wechat", "wire/cloudcall"},
		why:    "the gateway passes calls on to WeChat's dialect, which it is given as an interface; dialects never import each other",
	},
	{
		pkg:     "internal/api",
		inside:  []string{".", "internal/messaging", "internal/httpx", "internal/stream", "wire", "wire/alipay"}, // Alipay's keys as text
		outside: []string{"github.com/danielgtaylor/huma/v2"},
		why:     "the native API is one more surface over messaging",
	},
	{
		pkg:    "internal/console",
		inside: []string{"internal/httpx"},
		why:    "the console's files are served as they were built; what they show they ask of the native API",
	},
	{
		pkg:    "internal/sandbox",
		inside: []string{".", "internal/messaging", "library", "wire/wechat"},
		why:    "demo data and the clock go in through the use cases, like anybody's; the built-in receiver reads events as any server does",
	},
	{
		pkg:    "internal/stream",
		inside: []string{"."},
		why:    "it tells of what its ports tell it, in the form that it is given",
	},
	{
		pkg:    "internal/overview",
		inside: []string{"."},
		why:    "it counts kinds of refusals, whoever refused",
	},
	{
		pkg:    "internal/apiclient",
		inside: []string{"."},
		why:    "the commands know a running server by its native API alone, as any program does",
	},
	{
		pkg:     "internal/bench",
		inside:  []string{"internal/durable", "internal/httpx", "wire/alipay", "wire/baidu", "wire/wechat"},
		outside: []string{"github.com/jackc/pgx/v5"},
		why:     "the bench runs servers as processes, each on a schema that it makes; only its ceilings share the decoding with them, and its requests the signing",
	},
	{
		pkg:     "internal/server",
		inside:  []string{".", "library", "wire/...", "internal/..."},
		outside: []string{anything},
		why:     "the composition root wires everything and is imported by main alone",
	},
	{
		pkg: "cmd/muban",
		inside: []string{
			".", "internal/server", // dev and serve
			"internal/messaging", "internal/sandbox", // the demo that dev prints
			"internal/datadir", "internal/sqlstore", // migrate, without a server
			"internal/apiclient", "internal/httpx", "library", "wire/...", // the commands that drive a server
			"internal/bench",
		},
		outside: []string{anything},
		why:     "main translates flags and signals; the commands are clients of a running server",
	},
	{
		pkg:     "internal/pgtest",
		outside: []string{"github.com/jackc/pgx/v5"},
		why:     "it gives tests a database and knows nothing of what they put there",
	},
	{
		pkg:    "internal/zhtest",
		inside: []string{".", "internal/httpx"},
		why:    "it reads what tests of several surfaces were told",
	},
	{
		pkg: "internal/archtest",
		why: "it has tests only",
	},
	{
		pkg: "scripts/archive",
		why: "what builds a release runs on a bare Go installation",
	},
	{
		pkg: "scripts/freeport",
		why: "what starts a server for the tests runs on a bare Go installation",
	},
	{
		pkg: "scripts/notices",
		why: "what builds a release runs on a bare Go installation",
	},
	{
		pkg: "test/clients/runner",
		why: "real clients meet the program as a user does, over HTTP only",
	},
}

// emptyNames are package names that say nothing about what is inside.
var emptyNames = []string{"base", "common", "core", "helper", "helpers", "misc", "shared", "types", "util", "utils"}
