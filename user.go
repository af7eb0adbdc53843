package muban

import "time"

// User is a recipient as one app sees it. Which ids a user has depends on the
// platform; all of them are unique within the app.
type User struct {
	AppID string
	// No is the installation's own number for the user. It never changes,
	// also when ids are added, and never leaves the process.
	No int64

	OpenID       string // WeChat openid, Baidu open_id, Alipay 2088… id
	SwanID       string // Baidu: the device's id, which guests have too
	AlipayOpenID string // Alipay's newer id
	UnionID      string // the same person over several apps
	Name         string

	Blocked         bool     // refuses this app's messages
	Following       bool     // official account only
	Delivery        Delivery // what becomes of accepted messages
	NotificationBar bool     // Baidu: whether the phone shows one
	CreatedAt       time.Time
}

// Delivery says what becomes of the messages that are accepted for a user.
type Delivery string

// The deliveries: as usual, or every message ends failed.
const (
	DeliveryOK   Delivery = "ok"
	DeliveryFail Delivery = "fail"
)

// IDs lists the ids the user has, the main one first.
func (u User) IDs() []string {
	var ids []string
	for _, id := range []string{u.OpenID, u.SwanID, u.AlipayOpenID, u.UnionID} {
		if id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// MainID is the id by which the user is shown: the open id, or the swan id of
// a guest who has none.
func (u User) MainID() string {
	if u.OpenID != "" {
		return u.OpenID
	}
	return u.SwanID
}
