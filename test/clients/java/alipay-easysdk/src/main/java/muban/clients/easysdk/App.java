package muban.clients.easysdk;

import com.alipay.easysdk.factory.MultipleFactory;
import com.alipay.easysdk.kernel.Config;
import com.alipay.easysdk.kernel.util.ResponseChecker;
import com.aliyun.tea.TeaModel;
import com.google.gson.JsonObject;
import java.net.URI;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Map;
import muban.clients.Attempt;
import muban.clients.Native;
import muban.clients.Steps;

/** An app: its id, its own private key, and the platform's key that its answers are signed under. */
record App(String appId, String privateKey, String platformKey) {
  /** Makes an app at Muban with keys of its own. */
  static App make(Native muban, String name) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    Base64.Encoder text = Base64.getEncoder();
    JsonObject made = muban.createApp(Map.of(
        "platform", "alipay", "name", name, "app_public_key", text.encodeToString(pair.getPublic().getEncoded())));
    return new App(Native.text(made, "app_id"), text.encodeToString(pair.getPrivate().getEncoded()),
        Native.text(made, "alipay_public_key"));
  }

  /** The library's settings of the app in key mode, led to Muban. */
  Config config() {
    URI muban = URI.create(Steps.mubanUrl());
    Config config = new Config();
    config.protocol = muban.getScheme();
    config.gatewayHost = muban.getAuthority();
    config.signType = "RSA2";
    config.appId = appId;
    config.merchantPrivateKey = privateKey;
    config.alipayPublicKey = platformKey;
    return config;
  }

  MultipleFactory client() {
    return client(config());
  }

  /** A client of its own: the library's static one is one for the whole process. */
  static MultipleFactory client(Config config) {
    MultipleFactory client = new MultipleFactory();
    client.setOptions(config);
    return client;
  }

  /** The answer's codes, or the library's error where it does not trust the answer. */
  static String outcome(Attempt<? extends TeaModel> attempt) {
    try {
      TeaModel answer = attempt.run();
      if (ResponseChecker.success(answer)) {
        return "success";
      }
      Map<String, Object> members = answer.toMap();
      return members.get("code") + " " + members.get("sub_code");
    } catch (Exception e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return String.valueOf(cause.getMessage());
    }
  }
}
