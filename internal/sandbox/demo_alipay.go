package sandbox

import _ "embed"

// DemoAlipayAppID is the demo app on Alipay.
const DemoAlipayAppID = "2021000000000004"

// demoAlipayAppKey is the private key that the demo app on Alipay signs with.
// It is published with the program and guards nothing: the demo app's secrets
// are the same in every sandbox.
//
//go:embed demo_alipay_app_key.pem
var demoAlipayAppKey string

// DemoAlipayAppKey is the demo app's own private key as PEM. The server needs
// and has its public half only.
func DemoAlipayAppKey() string { return demoAlipayAppKey }
