package sqlstore

import (
	"context"
	"errors"
)

// importingKey is the meta entry of a store that an import has not finished.
const importingKey = "importing"

// refuseHalfImported stops a store that an import broke off in.
func refuseHalfImported(ctx context.Context, q querier) error {
	_, unfinished, err := getMeta(ctx, q, importingKey)
	if err == nil && unfinished {
		err = errors.New("an import into this store was not finished: make it empty and import again")
	}
	return err
}
