package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/wire/alipay"
)

func newAlipayKeygen(s *shell) *cobra.Command {
	var bits int
	var dir string
	cmd := &cobra.Command{
		Use: "keygen", Short: "Make the key pair that an app signs with", Args: takes(),
		Long: `Make an RSA key pair for an app: it signs with the private key, and the server
is given the public one as app_public_key. The private key is printed, and sent
nowhere. Java wants it as PKCS #8, most others take either; with --json all forms
are printed as bare base64, as the platform's key tool does.`,
		Example: "  muban alipay keygen --dir ./keys\n  muban app update 2021000000000004 --app-public-key-file ./keys/appPublicKey.pem",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if bits < 1024 || bits > 8192 {
				return usageErrorf("--bits %d: want 1024 to 8192; RSA2 keys have 2048", bits)
			}
			key, err := generateKey(cmd.Context(), bits)
			if err != nil {
				return err
			}
			return s.showKeyPair(key, dir)
		},
	}
	cmd.Flags().IntVar(&bits, "bits", 2048, "length of the key")
	filledFlag(cmd, &dir, "dir", "folder to write the keys to as files instead; it is made if need be")
	return cmd
}

// generateKey makes a key, which takes many seconds if it is long, unless ctx
// ends before.
func generateKey(ctx context.Context, bits int) (*rsa.PrivateKey, error) {
	type made struct {
		key *rsa.PrivateKey
		err error
	}
	done := make(chan made, 1)
	go func() {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		done <- made{key, err}
	}()
	select {
	case m := <-done:
		return m.key, m.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// keyPair is a key pair printed with --json, in bare base64.
type keyPair struct {
	PKCS1  string `json:"private_key_pkcs1"`
	PKCS8  string `json:"private_key_pkcs8"`
	Public string `json:"public_key"`
}

func (s *shell) showKeyPair(key *rsa.PrivateKey, dir string) error {
	pkcs1 := x509.MarshalPKCS1PrivateKey(key)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	public := alipay.PublicKeyPEM(&key.PublicKey)
	switch {
	case dir != "":
		return s.save(dir, []savedFile{
			{"appPrivateKey.pem", string(private), 0o600},
			{"appPrivateKey_PKCS1.pem", string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: pkcs1})), 0o600},
			{"appPublicKey.pem", public, 0o644},
		})
	case s.json:
		text := base64.StdEncoding.EncodeToString
		body, err := json.Marshal(keyPair{text(pkcs1), text(pkcs8), alipay.PublicKeyText(&key.PublicKey)})
		if err != nil {
			return err
		}
		return s.printJSON(body)
	}
	return s.say("%s", string(private)+public)
}
