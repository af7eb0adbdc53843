package muban

import "time"

// Platform is one of the four systems whose dialect Muban speaks.
type Platform string

// The platforms, named as in the native API.
const (
	WeChatMini Platform = "wechat-mini" // WeChat Mini Program (小程序)
	WeChatOA   Platform = "wechat-oa"   // WeChat Official Account (公众号)
	Baidu      Platform = "baidu"       // Baidu Smart Program (智能小程序)
	Alipay     Platform = "alipay"      // Alipay Mini Program (支付宝小程序)
)

// Platforms lists every platform in a fixed order.
func Platforms() []Platform {
	return []Platform{WeChatMini, WeChatOA, Baidu, Alipay}
}

// Known reports whether p is one of [Platforms].
func (p Platform) Known() bool {
	switch p {
	case WeChatMini, WeChatOA, Baidu, Alipay:
		return true
	}
	return false
}

// Day is a calendar day of UTC+8, in which all four platforms count their
// daily limits, written 20060102 as a number so that it sorts and stores well.
type Day int

// DayOf returns the platforms' calendar day that t falls on.
func DayOf(t time.Time) Day {
	y, m, d := PlatformTime(t).Date()
	return Day(y*10000 + int(m)*100 + d)
}

// PlatformTime is t as the platforms write it: in UTC+8.
func PlatformTime(t time.Time) time.Time { return t.In(platformZone) }

// platformZone is UTC+8 without daylight saving; a fixed zone needs no time
// zone database on the machine.
var platformZone = time.FixedZone("UTC+8", 8*60*60)
