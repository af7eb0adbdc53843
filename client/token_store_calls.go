package client

import (
	"context"
	"fmt"
	"time"
)

// How long a call of a TokenStore may take. A connection that died without a
// word would otherwise hold up all who wait for the flight, and who comes later
// waits for the same one.
const (
	storeWithin = 5 * time.Second
	// lockWithin is longer than another process holds the lock, for the time of
	// its fetch.
	lockWithin = time.Minute
)

func (k *tokenKeeper) load(ctx context.Context) (token Token, err error) {
	err = storeCall(ctx, storeWithin, func(ctx context.Context) (err error) {
		token, err = k.store.Load(ctx, k.key)
		return err
	})
	if err != nil {
		return Token{}, fmt.Errorf("loading the access token: %w", err)
	}
	return token, nil
}

func (k *tokenKeeper) replace(ctx context.Context, held uint64, next Token) (replaced bool, err error) {
	err = storeCall(ctx, storeWithin, func(ctx context.Context) (err error) {
		replaced, err = k.store.Replace(ctx, k.key, held, next)
		return err
	})
	return replaced, err
}

func (k *tokenKeeper) lock(ctx context.Context, locker TokenLocker) (unlock func(), err error) {
	err = storeCall(ctx, lockWithin, func(ctx context.Context) (err error) {
		unlock, err = locker.Lock(ctx, k.key)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("locking the access token: %w", err)
	}
	return unlock, nil
}

// release gives a lock back. unlock has no context that ends it: one that is
// stuck is left behind.
func (k *tokenKeeper) release(ctx context.Context, unlock func()) {
	released := make(chan error, 1)
	go func() {
		released <- storeCall(ctx, storeWithin, func(context.Context) error {
			unlock()
			return nil
		})
	}()
	var err error
	select {
	case err = <-released:
	case <-time.After(storeWithin):
		err = errNotWithin(storeWithin)
	}
	if err != nil {
		k.log.WarnContext(ctx, "the lock of the access token was not given back; others may wait for it", "key", k.key, "error", err)
	}
}

// storeCall makes a call of the store. It tells the end of its own time from
// that of ctx. A panic is an error: it is in a goroutine of the client, where
// nobody else can keep it from ending the program.
func storeCall(ctx context.Context, within time.Duration, call func(context.Context) error) (err error) {
	limited, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	defer func() {
		if recovered := recover(); recovered != nil {
			err = fmt.Errorf("the token store panicked: %v", recovered)
		}
	}()
	err = call(limited)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return errNotWithin(within)
	}
	return err
}

func errNotWithin(within time.Duration) error {
	return fmt.Errorf("the token store does not answer within %v", within)
}
