package sqlstore

import (
	"io/fs"
	"maps"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"
)

// OfLaterVersion makes them the options of a program with one migration more,
// the same on either engine.
func (o Options) OfLaterVersion(t *testing.T, migration string) Options {
	t.Helper()
	later := fstest.MapFS{}
	for path, text := range everyMigration(t) {
		later[path] = &fstest.MapFile{Data: []byte(text)}
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		later["migrations/"+engine+"/00999_later.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + migration)}
	}
	o.migrations = later
	return o
}

// SettledAtOnce lets inboxes count the newest messages for good, which is sound
// where no other node writes.
func (o Options) SettledAtOnce() Options {
	o.settled = -time.Hour
	return o
}

// OwnMigrations are the texts of the migrations since they say who may go on.
func OwnMigrations(t *testing.T) map[string]string {
	t.Helper()
	all := everyMigration(t)
	maps.DeleteFunc(all, func(path, _ string) bool { return filepath.Base(path) < "00006" })
	return all
}

func everyMigration(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := fs.WalkDir(allMigrations, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(allMigrations, path)
		all[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
