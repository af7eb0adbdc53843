package muban.clients.easysdk;

import com.alipay.easysdk.factory.MultipleFactory;
import com.alipay.easysdk.kernel.Config;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import muban.clients.Native;
import muban.clients.Steps;

/** Whom the gateway believes, whom it lets act for another, and which answers the library believes. */
final class Trust {
  private static final String DISTRUSTED = "验签失败，请检查支付宝公钥设置是否正确。";

  private final Steps steps;
  private final Native muban;
  private final App app;
  private final App other;
  private final Sends sends;

  Trust(Steps steps, Native muban, App app, Sends sends) {
    this.steps = steps;
    this.muban = muban;
    this.app = app;
    this.sends = sends;
    other = steps.needs("make a service provider", () -> App.make(muban, "service provider"));
  }

  void actingForAnother() {
    String token = Native.text(steps.needs("authorize it", () -> muban.call(
        "POST", Native.appPath(app.appId(), "authorizations"), Map.of("app_id", other.appId())).getAsJsonObject()), "app_auth_token");
    String form = sends.form();
    steps.equal("send for the app", sends.send(other.client(), form, token), Sends.SUCCESS);
    steps.needs("the app's message is delivered", () -> muban.delivered(app.appId(), form));
    steps.equal("send for nobody", sends.send(other.client(), sends.form(), null), "40004 USER_TEMPLATE_ILLEGAL");
    steps.equal("send with a token never issued",
        sends.send(other.client(), sends.form(), "201510BBaabdb44d8fd04607abf8d5931ec75D84"), "20001 aop.invalid-app-auth-token");
  }

  void signatures() {
    Config forger = app.config();
    forger.merchantPrivateKey = other.privateKey();
    steps.equal("send signed with another key", sends.send(App.client(forger), sends.form(), null), "40002 isv.invalid-signature");
    // The library trusts nobody else's signature, so that all of the above was
    // signed by the app's platform key.
    Config distrusting = app.config();
    distrusting.alipayPublicKey = other.platformKey();
    steps.equal("an answer under another key is not trusted", sends.send(App.client(distrusting), sends.form(), null), DISTRUSTED);
  }

  void certificateMode() throws IOException {
    Path folder = Files.createTempDirectory("easysdk");
    JsonObject issued = certificates(app);
    MultipleFactory client = certified(folder, issued, issued);
    String form = sends.form();
    steps.equal("send in certificate mode", sends.send(client, form, null), Sends.SUCCESS);
    steps.equal("send in certificate mode, refused", sends.send(client, form, null), Sends.OVER_TIME);
    JsonObject others = certificates(other);
    steps.equal("send in certificate mode with another certificate",
        sends.send(certified(folder, others, issued), sends.form(), null), "40002 isv.app-cert-not-exist");
    steps.equal("an answer under another certificate is not trusted",
        sends.send(certified(folder, issued, others), sends.form(), null), DISTRUSTED);
    for (String name : new String[] {"app_cert", "alipay_cert", "alipay_root_cert"}) {
      Files.deleteIfExists(folder.resolve(name));
    }
    Files.delete(folder);
  }

  private JsonObject certificates(App of) {
    return steps.needs("get the certificates",
        () -> muban.call("GET", Native.appPath(of.appId(), "certificates"), null).getAsJsonObject());
  }

  /** A client in certificate mode, which reads its certificates from files as it is made. */
  private MultipleFactory certified(Path folder, JsonObject own, JsonObject platform) throws IOException {
    Config config = app.config();
    config.alipayPublicKey = null;
    config.merchantCertPath = write(folder, own, "app_cert");
    config.alipayCertPath = write(folder, platform, "alipay_cert");
    config.alipayRootCertPath = write(folder, own, "alipay_root_cert");
    return App.client(config);
  }

  private static String write(Path folder, JsonObject certificates, String name) throws IOException {
    return Files.writeString(folder.resolve(name), Native.text(certificates, name)).toString();
  }
}
