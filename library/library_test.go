package library_test

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/library"
)

// ownNumbers is where Muban's own keyword numbers begin (library/README.md).
const ownNumbers = 9001

func starter(t *testing.T) []muban.Title {
	t.Helper()
	titles, err := library.Starter()
	if err != nil {
		t.Fatalf("Starter: %v", err)
	}
	return titles
}

func starterOf(t *testing.T, platform muban.Platform) []muban.Title {
	t.Helper()
	titles := starter(t)
	return slices.DeleteFunc(titles, func(title muban.Title) bool { return title.Platform != platform })
}

// numbered are the titles that carry numbered keywords.
func numbered(t *testing.T) []muban.Title {
	t.Helper()
	return slices.DeleteFunc(starter(t), func(title muban.Title) bool { return title.Platform == muban.WeChatOA })
}

func titleOf(t *testing.T, platform muban.Platform, id string) muban.Title {
	t.Helper()
	for _, title := range starterOf(t, platform) {
		if title.ID == id {
			return title
		}
	}
	t.Fatalf("the starter library of %s has no %s", platform, id)
	return muban.Title{}
}

func TestStarterIsInTheOrderOfPlatforms(t *testing.T) {
	t.Parallel()
	var order []muban.Platform
	for _, title := range starter(t) {
		order = append(order, title.Platform)
	}
	want := []muban.Platform{muban.WeChatMini, muban.WeChatOA, muban.Baidu, muban.Alipay}
	if got := slices.Compact(order); !slices.Equal(got, want) {
		t.Errorf("platforms in order: %v, want %v", got, want)
	}
}

func TestStarterHasEnoughTitlesInOrder(t *testing.T) {
	t.Parallel()
	for platform, prefix := range map[muban.Platform]string{muban.WeChatMini: "AT", muban.Baidu: "BD", muban.Alipay: "AP"} {
		titles := starterOf(t, platform)
		if len(titles) < 60 {
			t.Errorf("%s has %d titles, want 60 or more", platform, len(titles))
		}
		names := make(map[string]string)
		for i, title := range titles {
			if i > 0 && titles[i-1].ID >= title.ID {
				t.Errorf("%s comes after %s", title.ID, titles[i-1].ID)
			}
			if digits, ok := strings.CutPrefix(title.ID, prefix); !ok || len(digits) != 4 || strings.Trim(digits, "0123456789") != "" {
				t.Errorf("%s is no id of %s: want %s and 4 digits", title.ID, platform, prefix)
			}
			if title.Seq != 0 {
				t.Errorf("%s has Seq %d; the store gives it", title.ID, title.Seq)
			}
			if other := names[title.Title]; other != "" {
				t.Errorf("%s and %s are both %s", other, title.ID, title.Title)
			}
			names[title.Title] = title.ID
		}
	}
}

func TestStarterKeywords(t *testing.T) {
	t.Parallel()
	for _, title := range numbered(t) {
		if n := len(title.Keywords); n < 5 || n > 15 {
			t.Errorf("%s has %d keywords, want 5 to 15", title.ID, n)
		}
		names := make(map[string]bool)
		last := 0
		for _, k := range title.Keywords {
			if k.ID <= last {
				t.Errorf("%s: keyword %d comes after %d", title.ID, k.ID, last)
			}
			if names[k.Name] {
				t.Errorf("%s has %s twice", title.ID, k.Name)
			}
			if strings.TrimSpace(k.Name) != k.Name || strings.TrimSpace(k.Example) != k.Example || k.Example == "" {
				t.Errorf("%s: keyword %d reads %q, %q", title.ID, k.ID, k.Name, k.Example)
			}
			last, names[k.Name] = k.ID, true
		}
	}
}

// Own additions claim no real number, and real numbers are all below ours.
func TestStarterOrigins(t *testing.T) {
	t.Parallel()
	for _, title := range numbered(t) {
		number, err := strconv.Atoi(title.ID[2:])
		if err != nil {
			t.Fatalf("%s: %v", title.ID, err)
		}
		next := ownNumbers
		for _, k := range title.Keywords {
			own := k.Origin == muban.OriginMuban
			if own != (k.ID >= ownNumbers) {
				t.Errorf("%s: keyword %d is of %s", title.ID, k.ID, k.Origin)
			}
			if number >= ownNumbers && !own {
				t.Errorf("%s is Muban's own but its keyword %d is of %s", title.ID, k.ID, k.Origin)
			}
			if own && k.ID != next {
				t.Errorf("%s: own keyword %d, want %d: no gaps", title.ID, k.ID, next)
			}
			if own {
				next++
			}
		}
	}
}

// The keywords that WeChat's document shows for AT0002.
func TestAT0002CarriesTheDocumentsKeywords(t *testing.T) {
	t.Parallel()
	title := titleOf(t, muban.WeChatMini, "AT0002")
	if title.Title != "购买成功通知" {
		t.Errorf("AT0002 is %s", title.Title)
	}
	for _, want := range []muban.Keyword{
		{ID: 3, Name: "购买地点", Example: "TIT造舰厂", Origin: muban.OriginPlatform},
		{ID: 4, Name: "购买时间", Example: "2016年6月6日", Origin: muban.OriginPlatform},
		{ID: 5, Name: "物品名称", Example: "咖啡", Origin: muban.OriginPlatform},
	} {
		if got, _ := title.Keyword(want.ID); got != want {
			t.Errorf("keyword %d is %+v, want %+v", want.ID, got, want)
		}
	}
}

// The whole list that Baidu's document shows (seed 001, getTemplateLibraryById).
func TestBD0016IsTheDocumentsList(t *testing.T) {
	t.Parallel()
	want := muban.Title{Platform: muban.Baidu, ID: "BD0016", Title: "取票成功通知", Keywords: []muban.Keyword{
		{ID: 1, Name: "金额", Example: "300元", Origin: muban.OriginPlatform},
		{ID: 2, Name: "订单号", Example: "321254555", Origin: muban.OriginPlatform},
		{ID: 3, Name: "预订时间", Example: "2016年9月9日 10：10", Origin: muban.OriginPlatform},
		{ID: 4, Name: "发车时间", Example: "2016年9月10日 10：20", Origin: muban.OriginPlatform},
		{ID: 5, Name: "出发地", Example: "广州", Origin: muban.OriginPlatform},
		{ID: 6, Name: "目的地", Example: "北京", Origin: muban.OriginPlatform},
		{ID: 7, Name: "备注", Example: "请尽快完成支付", Origin: muban.OriginPlatform},
		{ID: 8, Name: "上车地点", Example: "3号口", Origin: muban.OriginPlatform},
		{ID: 9, Name: "车牌号", Example: "粤A00951", Origin: muban.OriginPlatform},
		{ID: 10, Name: "司机姓名", Example: "王师傅", Origin: muban.OriginPlatform},
		{ID: 11, Name: "手机号码", Example: "15201912039", Origin: muban.OriginPlatform},
		{ID: 12, Name: "联系人", Example: "张三", Origin: muban.OriginPlatform},
		{ID: 13, Name: "坐席类型", Example: "一等座", Origin: muban.OriginPlatform},
	}}
	if got := titleOf(t, muban.Baidu, "BD0016"); !reflect.DeepEqual(got, want) {
		t.Errorf("BD0016 is %+v\nwant %+v", got, want)
	}
}

// BD1941's list is known to be complete too, so that nothing is added to it.
func TestBD1941HasNoOwnKeywords(t *testing.T) {
	t.Parallel()
	want := []string{"咨询人员", "手机号码", "咨询门店", "回复时间", "回复内容"}
	var got []string
	for _, k := range titleOf(t, muban.Baidu, "BD1941").Keywords {
		got = append(got, k.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("BD1941 carries %q, want %q", got, want)
	}
}

// Nothing is known of Alipay's own library, so that nothing claims to be of it.
func TestAlipayTitlesAreOurs(t *testing.T) {
	t.Parallel()
	for _, title := range starterOf(t, muban.Alipay) {
		if number, _ := strconv.Atoi(title.ID[2:]); number < ownNumbers {
			t.Errorf("%s claims to be a title of the platform", title.ID)
		}
		for _, k := range title.Keywords {
			if k.Origin != muban.OriginMuban || utf8.RuneCountInString(k.Example) > 50 {
				t.Errorf("%s: keyword %+v; want one of ours with an example that can be sent", title.ID, k)
			}
		}
	}
}

// Own titles that both platforms have share numbers, as the real ones do.
func TestSharedOwnTitlesHaveTheSameKeywords(t *testing.T) {
	t.Parallel()
	baidu := make(map[string]muban.Title)
	for _, title := range starterOf(t, muban.Baidu) {
		baidu[title.Title] = title
	}
	for _, mini := range starterOf(t, muban.WeChatMini) {
		twin, shared := baidu[mini.Title]
		if !shared || mini.ID < "AT9" {
			continue
		}
		if mini.ID[2:] != twin.ID[2:] || !slices.Equal(words(mini), words(twin)) {
			t.Errorf("%s %q and %s %q differ", mini.ID, words(mini), twin.ID, words(twin))
		}
	}
}

func words(title muban.Title) []string {
	var out []string
	for _, k := range title.Keywords {
		out = append(out, fmt.Sprint(k.ID, k.Name))
	}
	return out
}

func TestStarterFilesComeOutAsTheyWentIn(t *testing.T) {
	t.Parallel()
	for _, platform := range []muban.Platform{muban.WeChatMini, muban.WeChatOA, muban.Baidu, muban.Alipay} {
		file, err := os.ReadFile(string(platform) + ".json")
		if err != nil {
			t.Fatal(err)
		}
		titles, err := library.Decode(platform, bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if want := starterOf(t, platform); !reflect.DeepEqual(titles, want) {
			t.Errorf("%s: the file holds other titles than Starter returns", platform)
		}
		var out bytes.Buffer
		if err := library.Encode(&out, titles); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out.Bytes(), file) {
			t.Errorf("%s: Encode(Decode(file)) differs from the file", platform)
		}
	}
}
