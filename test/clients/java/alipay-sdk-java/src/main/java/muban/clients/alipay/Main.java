package muban.clients.alipay;

import com.alipay.api.AlipayClient;
import com.alipay.api.internal.util.AlipayLogger;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import muban.clients.Native;
import muban.clients.Steps;

/**
 * Takes alipay-sdk-java, unmodified, through the whole life of a template
 * message against the Muban at MUBAN_URL, with the library's own check of every
 * answer's signature.
 */
public final class Main {
  public static void main(String[] arguments) throws Exception {
    AlipayLogger.setNeedEnableLogger(false);
    Steps steps = new Steps();
    Native muban = new Native(Steps.mubanUrl());
    App app = steps.needs("make an app", () -> App.make(muban, "alipay-sdk-java", Keys.make()));
    Keys others = steps.needs("make the keys of all others", Keys::make);
    JsonObject user = steps.needs("make a user", () -> muban.createUser(app.appId(), Map.of("name", "小明")));
    String template = steps.needs("make a template", () -> muban.createTemplate(
        app.appId(), Map.of("library_id", "AP9001", "keyword_ids", List.of(9001, 9002))));

    AlipayClient client = app.client();
    Sends sends = new Sends(steps, muban, app, others, user, template);
    Gateway gateway = new Gateway(steps, muban, app, sends);
    gateway.authorization(client);
    sends.form(client);
    sends.payment(client);
    sends.businessErrors(client);
    gateway.publicErrors(client);
    gateway.actingForAnother(client);
    Trust trust = new Trust(steps, muban, app, sends);
    trust.signatures();
    trust.charsets();
    trust.certificateMode();
    trust.contentEncryption();
    gateway.expiry(client);
    gateway.deletedTemplate(client, template);
    steps.end();
  }
}
