// Package library holds the starter template library (模板库): titles with
// numbered keywords for WeChat Mini Program, Baidu Smart Program and Alipay Mini
// Program, finished texts for WeChat Official Account, and the industries of
// official accounts, as data files that are part of the binary. It also reads
// and writes files in the titles' form, which is what `muban library import`
// and `muban library export` use.
//
// What the entries rest on, and what origin means, is in this folder's
// README.md.
package library

import (
	"bytes"
	"embed"
	"fmt"
	"slices"

	"github.com/muban-dev/muban"
)

//go:embed wechat-mini.json wechat-oa.json baidu.json alipay.json
var files embed.FS

// Starter returns the starter library: WeChat Mini's titles, then those of
// official accounts, Baidu's and Alipay's, each in the order of their ids. Platform is
// set and Seq is 0. The result is the caller's own.
func Starter() ([]muban.Title, error) {
	var titles []muban.Title
	for _, platform := range []muban.Platform{muban.WeChatMini, muban.WeChatOA, muban.Baidu, muban.Alipay} {
		of, err := starterOf(platform)
		if err != nil {
			return nil, fmt.Errorf("starter library of %s: %w", platform, err)
		}
		titles = slices.Concat(titles, of)
	}
	return titles, nil
}

func starterOf(platform muban.Platform) ([]muban.Title, error) {
	file, err := files.ReadFile(string(platform) + ".json")
	if err != nil {
		return nil, err
	}
	return Decode(platform, bytes.NewReader(file))
}
