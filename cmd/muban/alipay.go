package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/apiclient"
)

func newAlipayCommand(s *shell) *cobra.Command {
	return newGroup("alipay", "Alipay: keys, certificates, and why a signature was refused",
		newAlipayKeygen(s), newAlipayKeys(s), newAlipayExplain(s))
}

func newAlipayKeys(s *shell) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "keys APP_ID", Short: "Show or save what an app's client is configured with", Args: takes("APP_ID"),
		Long: `Show what an app's client needs besides its own private key: the platform's
public key, which answers are signed under, and for certificate mode the
certificates and their numbers. With --dir they are written to files under the
names that the platform's console gives them; of the demo app its published
private key, too.`,
		Example: "  muban alipay keys 2021000000000004 --dir ./alipay",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			app, err := c.App(ctx, args[0])
			if err != nil {
				return err
			}
			certificates, err := c.Certificates(ctx, args[0])
			if err != nil {
				return err
			}
			if dir == "" {
				return show(s, certificates, nil, func(found apiclient.Certificates) view { return keysView(app.Value, found) })
			}
			return s.saveKeys(dir, app.Value, certificates.Value)
		}),
	}
	filledFlag(cmd, &dir, "dir", "folder to write files to; it is made if need be")
	return cmd
}

func keysView(app apiclient.App, c apiclient.Certificates) view {
	return details{
		{"alipay_public_key", app.AlipayPublicKey},
		{"app_public_key", app.AppPublicKey},
		{"app_cert_sn", c.AppCertSN},
		{"alipay_cert_sn", c.AlipayCertSN},
		{"alipay_root_cert_sn", c.AlipayRootCertSN},
		{"app_cert", c.AppCert},
		{"alipay_cert", c.AlipayCert},
		{"alipay_root_cert", c.AlipayRootCert},
	}
}

// saveKeys writes an app's keys and certificates to files.
func (s *shell) saveKeys(dir string, app apiclient.App, c apiclient.Certificates) error {
	files := []savedFile{
		{"alipayPublicKey_RSA2.txt", app.AlipayPublicKey + "\n", 0o644},
		{"appCertPublicKey_" + app.AppID + ".crt", c.AppCert, 0o644},
		{"alipayCertPublicKey_RSA2.crt", c.AlipayCert, 0o644},
		{"alipayRootCert.crt", c.AlipayRootCert, 0o644},
	}
	if key := demoKey(app); key != "" {
		files = append(files, savedFile{"appPrivateKey.pem", key, 0o600})
	}
	return s.save(dir, files)
}

type savedFile struct {
	name, text string
	mode       os.FileMode
}

// save writes files that are not empty and says their names. It overwrites
// none: a private key that is gone is gone.
func (s *shell) save(dir string, files []savedFile) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, f := range files {
		if f.text == "" {
			continue
		}
		path := filepath.Join(dir, f.name)
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, f.mode)
		if err != nil {
			return fmt.Errorf("%w; nothing is overwritten: give another --dir", err)
		}
		_, err = file.WriteString(f.text)
		if err = errors.Join(err, file.Close()); err != nil {
			return err
		}
		if err := s.say("%s", path); err != nil {
			return err
		}
	}
	return nil
}
