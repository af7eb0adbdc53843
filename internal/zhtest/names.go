package zhtest

// names are words of the wire, which are the same in every language.
var names = []string{
	"JSON", "UTF", "URL", "POST", "GET", "HEAD", "true", "false", "null",
	"id", "appid", "touser", "secret", "value", "keyword", "offset", "count", "index", "pagepath", "IT", "wx",
	"Host", "UTC", "Authorization", "TC", "HMAC", "SHA", "multipart", "boundary", "protobuf", "apiType", "cloud", "openapi", "openApi",
	"Content", "Type", "data", "RSA", "AES", "CBC", "PKCS", "base", "utf", "gbk", "gb", "yyyy", "MM", "dd", "HH", "mm", "ss",
	"HTTP", "ALIPAY", "withRSA", "nonce", "timestamp", "sign", "signed", "values", "openid", "name",
}
