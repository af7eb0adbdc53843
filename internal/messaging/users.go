package messaging

import (
	"context"

	"github.com/muban-dev/muban"
)

// NewUser is a user as the native API makes it. Ids that the platform has and
// that are not given are generated; on Baidu only where none was given, so
// that a swan_id alone makes a guest.
type NewUser struct {
	OpenID, SwanID, AlipayOpenID, UnionID, Name string
}

// CreateUser adds a user to an app.
func (s *Service) CreateUser(ctx context.Context, appID string, req NewUser) (muban.User, error) {
	app, err := s.App(ctx, appID)
	if err != nil {
		return muban.User{}, err
	}
	user := muban.User{
		AppID: app.ID, OpenID: req.OpenID, SwanID: req.SwanID, AlipayOpenID: req.AlipayOpenID,
		UnionID: req.UnionID, Name: req.Name,
		Following: true, Delivery: muban.DeliveryOK, NotificationBar: true, CreatedAt: s.clock.Now(),
	}
	completeIDs(app.Platform, &user)
	if err := checkUser(app.Platform, muban.User{}, user); err != nil {
		return muban.User{}, err
	}
	return s.store.CreateUser(ctx, user)
}

func completeIDs(p muban.Platform, u *muban.User) {
	if p == muban.Baidu {
		if u.OpenID == "" && u.SwanID == "" {
			u.OpenID, u.SwanID = newOpenID(p), newSwanID()
		}
	} else if u.OpenID == "" {
		u.OpenID = newOpenID(p)
	}
	if p == muban.Alipay && u.AlipayOpenID == "" {
		u.AlipayOpenID = newAlipayOpenID()
	}
	if u.UnionID == "" {
		u.UnionID = newUnionID()
	}
}

// User returns the user that has any of its ids equal to id.
func (s *Service) User(ctx context.Context, appID, id string) (muban.User, error) {
	if _, err := s.App(ctx, appID); err != nil {
		return muban.User{}, err
	}
	if !plausibleID(id) {
		return muban.User{}, muban.Refuse(muban.RuleNotFound, "object", "user", "id", quote(id))
	}
	return s.store.User(ctx, appID, id)
}

// Users lists an app's users, newest first.
func (s *Service) Users(ctx context.Context, appID string, page muban.Page) (muban.List[muban.User], error) {
	if _, err := s.App(ctx, appID); err != nil {
		return muban.List[muban.User]{}, err
	}
	return s.store.Users(ctx, appID, page)
}

// UpdateUser changes a user. edit sees the user as it is; its error changes
// nothing and is returned. An id that is there can be added to, not changed.
func (s *Service) UpdateUser(ctx context.Context, appID, id string, edit func(*muban.User) error) (muban.User, error) {
	app, err := s.App(ctx, appID)
	if err != nil {
		return muban.User{}, err
	}
	var before muban.User
	user, err := s.store.UpdateUser(ctx, appID, id, func(u *muban.User) error {
		before = *u
		if err := edit(u); err != nil {
			return err
		}
		if err := idsKept(before, *u); err != nil {
			return err
		}
		return checkUser(app.Platform, before, *u)
	})
	if err == nil {
		s.forgetUser(before)
		s.forgetUser(user)
	}
	return user, err
}

// DeleteUser removes a user and its grants; messages stay.
func (s *Service) DeleteUser(ctx context.Context, appID, id string) error {
	user, err := s.User(ctx, appID, id)
	if err != nil {
		return err
	}
	err = s.store.DeleteUser(ctx, appID, id)
	s.forgetUser(user)
	return err
}

// idsKept refuses to change or take away what sends and grants refer to. The
// union id, by which nothing is addressed, may change.
func idsKept(before, after muban.User) error {
	for _, id := range []struct{ field, before, after string }{
		{"open_id", before.OpenID, after.OpenID},
		{"swan_id", before.SwanID, after.SwanID},
		{"alipay_open_id", before.AlipayOpenID, after.AlipayOpenID},
	} {
		if id.before != "" && id.before != id.after {
			return invalid(id.field, id.after, "left as it is ("+id.before+"); make another user instead")
		}
	}
	return nil
}

// checkUser checks a user as it is to be; before is the zero User where it is
// new.
func checkUser(p muban.Platform, before, u muban.User) error {
	if u.SwanID != "" && p != muban.Baidu {
		return muban.Refuse(muban.RuleNotOnPlatform, "platform", string(p), "object", "swan_id")
	}
	if u.AlipayOpenID != "" && p != muban.Alipay {
		return muban.Refuse(muban.RuleNotOnPlatform, "platform", string(p), "object", "alipay_open_id")
	}
	if err := checkUserIDs(before, u); err != nil {
		return err
	}
	if before.AlipayOpenID == "" {
		if err := checkSendable(p, "alipay_open_id", u.AlipayOpenID, longestAlipayOpenID); err != nil {
			return err
		}
	}
	if u.Name != before.Name && u.Name != "" && (len(u.Name) > longestName || !plainLine(u.Name)) {
		return invalid("name", u.Name, "one line of at most 200 bytes")
	}
	if u.Delivery != muban.DeliveryOK && u.Delivery != muban.DeliveryFail {
		return invalid("delivery", string(u.Delivery), "ok or fail")
	}
	return nil
}

func checkUserIDs(before, u muban.User) error {
	seen := make(map[string]string)
	for _, id := range []struct{ field, before, value string }{
		{"open_id", before.OpenID, u.OpenID},
		{"swan_id", before.SwanID, u.SwanID},
		{"alipay_open_id", before.AlipayOpenID, u.AlipayOpenID},
		{"union_id", before.UnionID, u.UnionID},
	} {
		if id.value == "" {
			continue
		}
		if id.value != id.before && !ownID(id.value) {
			return invalid(id.field, id.value, "1 to 256 printable characters")
		}
		if other := seen[id.value]; other != "" {
			return invalid(id.field, id.value, "different from "+other)
		}
		seen[id.value] = id.field
	}
	return nil
}
