package muban.clients.alipayv3;

import com.alipay.v3.ApiClient;
import com.alipay.v3.ApiException;
import com.alipay.v3.util.model.AlipayConfig;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Map;
import java.util.function.Consumer;
import muban.clients.Attempt;
import muban.clients.Native;
import muban.clients.Steps;

/** An app: its id, its own private key, and the platform's key that its answers are signed under. */
record App(String appId, String privateKey, String platformKey) {
  /** What the library says of an answer that it does not trust. */
  static final String DISTRUST = "sign check fail";

  /** Makes an app at Muban that has these keys. */
  static App make(Native muban, String name, KeyPair keys) throws Exception {
    JsonObject made = muban.createApp(
        Map.of("platform", "alipay", "name", name, "app_public_key", base64(keys.getPublic().getEncoded())));
    return new App(Native.text(made, "app_id"), base64(keys.getPrivate().getEncoded()), Native.text(made, "alipay_public_key"));
  }

  static KeyPair newKeys() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return generator.generateKeyPair();
  }

  static String base64(byte[] key) {
    return Base64.getEncoder().encodeToString(key);
  }

  /** The library's client of the app, led to Muban: in key mode, unless it is changed. */
  ApiClient client(Consumer<AlipayConfig> change) throws ApiException {
    ApiClient client = new ApiClient();
    client.setBasePath(Steps.mubanUrl());
    AlipayConfig config = new AlipayConfig();
    config.setServerUrl(Steps.mubanUrl());
    config.setAppId(appId);
    config.setPrivateKey(privateKey);
    config.setAlipayPublicKey(platformKey);
    change.accept(config);
    client.setAlipayConfig(config);
    return client;
  }

  /** The status and the answer's code, or what the library says where it does not trust the answer. */
  static String outcome(Attempt<?> attempt) {
    try {
      return "200 " + attempt.run();
    } catch (ApiException e) {
      if (e.getResponseBody() == null || e.getMessage().startsWith("Message: " + DISTRUST)) {
        return e.getMessage();
      }
      JsonObject failure = JsonParser.parseString(e.getResponseBody()).getAsJsonObject();
      return e.getCode() + " " + Native.text(failure, "code") + " " + Native.text(failure, "message");
    } catch (Exception e) {
      return e.toString();
    }
  }

  /** Compares an outcome without what follows its code. */
  static void begins(Steps steps, String step, String got, String expected) {
    steps.equal(step, got.startsWith(expected) ? expected : got, expected);
  }
}
