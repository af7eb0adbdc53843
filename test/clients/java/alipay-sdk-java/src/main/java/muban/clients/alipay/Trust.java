package muban.clients.alipay;

import com.alipay.api.AlipayApiException;
import com.alipay.api.AlipayClient;
import com.alipay.api.AlipayConfig;
import com.alipay.api.DefaultAlipayClient;
import com.alipay.api.request.AlipayOpenAppMiniTemplatemessageSendRequest;
import com.google.gson.JsonObject;
import java.util.Map;
import muban.clients.Native;
import muban.clients.Steps;

/** Signatures, certificates, encrypted content and charsets. */
final class Trust {
  private static final String BAD_SIGNATURE = "40002 isv.invalid-signature";
  private static final String UNKNOWN_APP = "40002 isv.invalid-app-id";
  private static final String BAD_CERTIFICATE = "40002 isv.app-cert-not-exist";
  private static final String NO_CONTENT_KEY = "isv.decryption-error-not-valid-encrypt-key";
  private static final String WRONG_CONTENT_KEY = "isv.decryption-error-unknown";
  private static final String DISTRUSTED = "com.alipay.api.AlipayApiException: sign check fail:";

  private final Steps steps;
  private final Native muban;
  private final App app;
  private final Sends sends;

  Trust(Steps steps, Native muban, App app, Sends sends) {
    this.steps = steps;
    this.muban = muban;
    this.app = app;
    this.sends = sends;
  }

  void signatures() throws AlipayApiException {
    String form = sends.form();
    App forger = new App(app.appId(), sends.others(), app.platformKey());
    String refused = Sends.send(forger.client(), sends.message(form));
    App.begins(steps, "send signed with another key", refused, BAD_SIGNATURE);
    steps.equal("the refusal shows the string that was verified",
        refused.contains("&amp;app_id=" + app.appId() + "&amp;biz_content={\"data\":\"{"), true);
    App unknown = new App("2021000000000000", app.keys(), app.platformKey());
    App.begins(steps, "send of an unknown app", Sends.send(unknown.client(), sends.message(form)), UNKNOWN_APP);
    // The library trusts nobody else's signature, so that all of the above was
    // signed by the app's platform key.
    App distrusting = new App(app.appId(), app.keys(), sends.others().publicKey());
    App.begins(steps, "an answer under another key is not trusted", Sends.send(distrusting.client(), sends.message(form)), DISTRUSTED);
    AlipayConfig older = app.config();
    older.setSignType("RSA");
    steps.equal("send with RSA", Sends.send(new DefaultAlipayClient(older), sends.message(sends.form())), Sends.SUCCESS);
  }

  void charsets() throws AlipayApiException {
    for (String charset : new String[] {"GBK", "GB18030", "gb2312"}) {
      AlipayConfig config = app.config();
      config.setCharset(charset);
      AlipayClient client = new DefaultAlipayClient(config);
      String form = sends.form();
      steps.equal("send in " + charset, Sends.send(client, sends.message(form)), Sends.SUCCESS);
      JsonObject found = steps.needs("the message in " + charset + " is delivered", () -> muban.delivered(app.appId(), form));
      steps.equal("the message in " + charset + " shows its text", Native.text(found, "rendered").contains("美式 <大杯> & 糖"), true);
      steps.equal("send in " + charset + ", refused", Sends.send(client, sends.message(form)), Sends.OVER_TIME);
    }
  }

  void contentEncryption() throws AlipayApiException {
    String contentKey = "MDEyMzQ1Njc4OTAxMjM0NQ==";
    AlipayClient client = encrypting(contentKey);
    unreadable("send encrypted to an app without content key", sendEncrypted(client, sends.form()), NO_CONTENT_KEY);
    steps.needs("set the content key", () -> {
      muban.changeApp(app.appId(), Map.of("content_key", contentKey));
      return null;
    });
    String form = sends.form();
    steps.equal("send encrypted", sendEncrypted(client, form), Sends.SUCCESS);
    JsonObject found = steps.needs("the encrypted message is delivered", () -> muban.delivered(app.appId(), form));
    steps.equal("the encrypted message shows its text", Native.text(found, "rendered").contains("美式 <大杯> & 糖"), true);
    steps.equal("send encrypted, refused", sendEncrypted(client, form), Sends.OVER_TIME);
    unreadable("send encrypted with another key",
        sendEncrypted(encrypting("MTEyMzQ1Njc4OTAxMjM0NQ=="), sends.form()), WRONG_CONTENT_KEY);
  }

  // A refusal that says that nothing could be decrypted is in the clear, where
  // the library expects encrypted content: its error quotes the answer.
  private void unreadable(String step, String got, String expected) {
    steps.equal(step, got.startsWith("java.lang.IllegalArgumentException: ") && got.contains("\"" + expected + "\"") ? expected : got, expected);
  }

  private AlipayClient encrypting(String contentKey) throws AlipayApiException {
    AlipayConfig config = app.config();
    config.setEncryptKey(contentKey);
    return new DefaultAlipayClient(config);
  }

  private String sendEncrypted(AlipayClient client, String form) {
    AlipayOpenAppMiniTemplatemessageSendRequest request = Sends.request(sends.message(form));
    request.setNeedEncrypt(true);
    return App.outcome(() -> client.execute(request));
  }

  void certificateMode() throws AlipayApiException {
    JsonObject issued = certificates(app);
    AlipayClient client = certified(issued, "app_cert", issued);
    String form = sends.form();
    steps.equal("send in certificate mode", sendCertified(client, form), Sends.SUCCESS);
    steps.equal("send in certificate mode, refused", sendCertified(client, form), Sends.OVER_TIME);
    // The library has another app's platform certificate: it downloads the one
    // that the answer names.
    App other = steps.needs("make another app for its certificate", () -> App.make(muban, "another app", sends.others()));
    steps.equal("send in certificate mode, certificate downloaded",
        sendCertified(certified(issued, "app_cert", certificates(other)), sends.form()), Sends.SUCCESS);
    App.begins(steps, "send in certificate mode with another certificate",
        sendCertified(certified(issued, "alipay_cert", issued), sends.form()), BAD_CERTIFICATE);
  }

  private JsonObject certificates(App of) {
    return steps.needs("get the certificates",
        () -> muban.call("GET", Native.appPath(of.appId(), "certificates"), null).getAsJsonObject());
  }

  private AlipayClient certified(JsonObject issued, String appCert, JsonObject platform) throws AlipayApiException {
    AlipayConfig config = app.config();
    config.setAlipayPublicKey(null);
    config.setAppCertContent(Native.text(issued, appCert));
    config.setAlipayPublicCertContent(Native.text(platform, "alipay_cert"));
    config.setRootCertContent(Native.text(issued, "alipay_root_cert"));
    return new DefaultAlipayClient(config);
  }

  private String sendCertified(AlipayClient client, String form) {
    return App.outcome(() -> client.certificateExecute(Sends.request(sends.message(form))));
  }
}
