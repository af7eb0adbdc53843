package muban.clients.alipay;

import com.alipay.api.AlipayApiException;
import com.alipay.api.AlipayClient;
import com.alipay.api.domain.AlipayOpenAppMiniTemplatemessageSendModel;
import com.alipay.api.request.AlipayOpenAppMiniTemplatemessageSendRequest;
import com.alipay.api.request.AlipayOpenAppQrcodeCreateRequest;
import com.alipay.api.request.AlipaySystemOauthTokenRequest;
import com.alipay.api.response.AlipaySystemOauthTokenResponse;
import com.google.gson.JsonObject;
import java.util.Collections;
import java.util.Map;
import muban.clients.Native;
import muban.clients.Steps;

/** What the gateway refuses for other reasons than the message, and whom it lets act for another. */
final class Gateway {
  private static final String BAD_PARAMETER = "40002 isv.invalid-parameter";
  private static final String UNKNOWN_METHOD = "40002 isv.invalid-method";
  private static final String NO_PERMISSION = "40006 isv.insufficient-isv-permissions";
  private static final String LIMITED = "40005 isv.app-call-limited";
  private static final String BAD_CODE = "40002 isv.code-invalid";
  private static final String BAD_TOKEN = "20001 aop.invalid-app-auth-token";

  private final Steps steps;
  private final Native muban;
  private final App app;
  private final Sends sends;

  Gateway(Steps steps, Native muban, App app, Sends sends) {
    this.steps = steps;
    this.muban = muban;
    this.app = app;
    this.sends = sends;
  }

  /** The user's authorization: the first thing that a server asks for. */
  void authorization(AlipayClient client) {
    AlipaySystemOauthTokenRequest request = new AlipaySystemOauthTokenRequest();
    request.setGrantType("authorization_code");
    request.setCode(steps.needs("the user logs in", () -> muban.loginCode(app.appId(), sends.openId())));
    AlipaySystemOauthTokenResponse token = steps.needs("exchange the login code", () -> client.execute(request));
    steps.equal("it was accepted", token.isSuccess(), true);
    steps.equal("it is the user's", token.getUserId(), sends.openId());
    App.begins(steps, "exchange the same code again", App.outcome(() -> client.execute(request)), BAD_CODE);
    request.setGrantType("refresh_token");
    request.setCode(null);
    request.setRefreshToken(token.getRefreshToken());
    AlipaySystemOauthTokenResponse refreshed = steps.needs("refresh the token", () -> client.execute(request));
    steps.equal("the new one is the user's", refreshed.getUserId(), sends.openId());
  }

  void publicErrors(AlipayClient client) {
    AlipayOpenAppMiniTemplatemessageSendModel nobody = sends.message(sends.form());
    nobody.setToUserId(null);
    App.begins(steps, "send without a recipient", Sends.send(client, nobody), BAD_PARAMETER);
    App.begins(steps, "send without content",
        App.outcome(() -> client.execute(new AlipayOpenAppMiniTemplatemessageSendRequest())), BAD_PARAMETER);
    AlipayOpenAppQrcodeCreateRequest unknown = new AlipayOpenAppQrcodeCreateRequest();
    unknown.setBizContent("{\"url_param\":\"x\"}");
    App.begins(steps, "a method that is not there", App.outcome(() -> client.execute(unknown)), UNKNOWN_METHOD);
    change("take the push permission away", Map.of("push_allowed", false));
    App.begins(steps, "send without push permission", Sends.send(client, sends.message(sends.form())), NO_PERMISSION);
    change("give it back, with a daily limit", Map.of("push_allowed", true, "daily_limit", 0));
    App.begins(steps, "send past the daily limit", Sends.send(client, sends.message(sends.form())), LIMITED);
    change("lift the limit", Collections.singletonMap("daily_limit", null));
  }

  private void change(String step, Map<String, ?> change) {
    steps.needs(step, () -> {
      muban.changeApp(app.appId(), change);
      return null;
    });
  }

  void actingForAnother(AlipayClient own) throws AlipayApiException {
    App provider = steps.needs("make a service provider", () -> App.make(muban, "service provider", sends.others()));
    AlipayClient client = provider.client();
    JsonObject authorization = steps.needs("authorize it", () -> muban.call(
        "POST", Native.appPath(app.appId(), "authorizations"), Map.of("app_id", provider.appId())).getAsJsonObject());
    String token = Native.text(authorization, "app_auth_token");
    String form = sends.form();
    steps.equal("send for the app", sendFor(client, form, token), Sends.SUCCESS);
    steps.needs("the app's message is delivered", () -> muban.delivered(app.appId(), form));
    steps.equal("send for nobody", Sends.send(client, sends.message(sends.form())), Sends.BAD_TEMPLATE);
    App.begins(steps, "send with a token never issued",
        sendFor(client, sends.form(), "201510BBaabdb44d8fd04607abf8d5931ec75D84"), BAD_TOKEN);
    App.begins(steps, "send with another's token", sendFor(own, sends.form(), token), BAD_TOKEN);
  }

  private String sendFor(AlipayClient client, String form, String token) {
    return App.outcome(() -> client.execute(Sends.request(sends.message(form)), null, token));
  }

  void expiry(AlipayClient client) {
    String form = sends.form();
    steps.needs("wait seven days", () -> muban.call("POST", "/api/v1/clock/advance", Map.of("by", "168h")));
    steps.equal("send with a form of seven days ago", Sends.send(client, sends.message(form)), Sends.OVER_TIME);
  }

  void deletedTemplate(AlipayClient client, String template) {
    steps.needs("delete the template", () -> muban.call("DELETE", Native.appPath(app.appId(), "templates", template), null));
    steps.equal("send with the deleted template", Sends.send(client, sends.message(sends.form())), Sends.BAD_TEMPLATE);
  }
}
