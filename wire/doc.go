// Package wire holds what the platforms' wire formats share: values as lenient
// as the clients in the field need them. The platforms' own formats are in
// wire/wechat, wire/baidu and wire/alipay, that of cloud functions around
// WeChat's in wire/cloudcall. Nothing here or below does any I/O, and nothing
// imports more than the standard library.
package wire
