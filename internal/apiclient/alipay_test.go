package apiclient_test

import (
	"testing"
	"time"
)

func TestAlipayCalls(t *testing.T) {
	t.Parallel()
	client, seen := fake(t,
		ok(`{"app_auth_token":"202601BBx","expires_at":"2027-01-01T00:00:00.000Z"}`),
		ok(`{"alipay_cert":"PEM","alipay_cert_sn":"0f"}`),
		ok(`{"id":"a-1","app_id":"2021","explanation":{"rule":"signature.wrong","values":{"advice":"sign"}}}`),
		ok(`{"id":"a-2"}`),
	)
	authorization, err := client.CreateAuthorization(t.Context(), "2021/1", "2021")
	if err != nil || authorization.Value.AppAuthToken != "202601BBx" || !authorization.Value.ExpiresAt.Equal(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("authorization %+v, %v", authorization.Value, err)
	}
	certificates, err := client.Certificates(t.Context(), "2021")
	if err != nil || certificates.Value.AlipayCertSN != "0f" || certificates.Value.AppCert != "" {
		t.Errorf("certificates %+v, %v", certificates.Value, err)
	}
	refused, err := client.Call(t.Context(), "a-1")
	if err != nil || refused.Value.Explanation == nil || refused.Value.Explanation.Values["advice"] != "sign" {
		t.Errorf("call %+v, %v", refused.Value, err)
	}
	accepted, err := client.Call(t.Context(), "a-2")
	if err != nil || accepted.Value.Explanation != nil {
		t.Errorf("call %+v, %v", accepted.Value, err)
	}
	for _, want := range []asked{
		{"POST", "/api/v1/apps/2021%2F1/authorizations", "Bearer t0ken", "application/json", `{"app_id":"2021"}`},
		{"GET", "/api/v1/apps/2021/certificates", "Bearer t0ken", "", ""},
		{"GET", "/api/v1/calls/a-1", "Bearer t0ken", "", ""},
		{"GET", "/api/v1/calls/a-2", "Bearer t0ken", "", ""},
	} {
		if got := <-seen; got != want {
			t.Errorf("asked %+v, want %+v", got, want)
		}
	}
}
