package muban.clients.alipay;

import com.alipay.api.AlipayApiException;
import com.alipay.api.AlipayClient;
import com.alipay.api.AlipayConfig;
import com.alipay.api.AlipayResponse;
import com.alipay.api.DefaultAlipayClient;
import com.google.gson.JsonObject;
import java.util.Map;
import muban.clients.Attempt;
import muban.clients.Native;
import muban.clients.Steps;

/** An app: its id, its own keys, and the platform's key that its answers are signed under. */
record App(String appId, Keys keys, String platformKey) {
  /** Makes an app at Muban that signs with these keys. */
  static App make(Native muban, String name, Keys keys) throws Exception {
    JsonObject made = muban.createApp(Map.of("platform", "alipay", "name", name, "app_public_key", keys.publicKey()));
    return new App(Native.text(made, "app_id"), keys, Native.text(made, "alipay_public_key"));
  }

  /** The library's settings of the app in key mode, led to Muban. */
  AlipayConfig config() {
    AlipayConfig config = new AlipayConfig();
    config.setServerUrl(Steps.mubanUrl() + "/gateway.do");
    config.setAppId(appId);
    config.setPrivateKey(keys.privateKey());
    config.setAlipayPublicKey(platformKey);
    return config;
  }

  AlipayClient client() throws AlipayApiException {
    return new DefaultAlipayClient(config());
  }

  /** The answer's codes, or the library's error where it does not trust the answer. */
  static String outcome(Attempt<? extends AlipayResponse> attempt) {
    try {
      AlipayResponse answer = attempt.run();
      if (answer.isSuccess()) {
        return answer.getCode() + " " + answer.getMsg();
      }
      return answer.getCode() + " " + answer.getSubCode() + " " + answer.getSubMsg();
    } catch (AlipayApiException e) {
      return e.getMessage();
    } catch (Exception e) {
      return e.toString();
    }
  }

  /** Compares an outcome without what follows its sub code. */
  static void begins(Steps steps, String step, String got, String expected) {
    boolean same = got.equals(expected) || got.startsWith(expected + " ");
    steps.equal(step, same ? expected : got, expected);
  }
}
