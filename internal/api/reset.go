package api

import (
	"context"

	"github.com/muban-dev/muban"
)

func (a *api) resetRoutes() {
	handle(a, "POST /api/v1/reset", doc{
		id: "resetSandbox", tag: "sandbox", summary: "Begin the sandbox anew", answer: "It is as it was when it began.",
		text: "Deletes everything: apps, users, templates, grants, messages, callbacks, tokens, keyword requests and what was changed in the libraries; empties the inspector and lets time run from the machine's now. Then what `muban dev` begins with is made again, with the same ids and secrets: the demo apps, unless it was started with `--empty`, and its `--seed`. Access tokens that were issued before are unknown afterwards. `muban dev` only; 404 elsewhere.", needs: a.hasReset,
	}, a.reset)
}

func (a *api) hasReset() error {
	if a.options.Reset == nil {
		return muban.Refuse(muban.RuleNotFound, "object", "reset", "id", "on this server; only muban dev has one")
	}
	return nil
}

func (a *api) reset(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, a.options.Reset(ctx)
}
