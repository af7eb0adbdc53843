package muban.clients.mp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import me.chanjar.weixin.mp.api.WxMpMessageRouter;
import me.chanjar.weixin.mp.api.WxMpService;
import me.chanjar.weixin.mp.bean.message.WxMpXmlMessage;

/** The account's server: it answers, reads and routes what comes as the library's documents show. */
final class Receiver implements AutoCloseable {
  private final WxMpService service;
  private final WxMpMessageRouter router;
  private final HttpServer server;
  private final BlockingQueue<WxMpXmlMessage> events = new LinkedBlockingQueue<>();

  Receiver(WxMpService service) throws IOException {
    this.service = service;
    router = new WxMpMessageRouter(service);
    router.rule().async(false).msgType("event").event("TEMPLATESENDJOBFINISH")
        .handler((message, context, mp, sessions) -> {
          events.add(message);
          return null;
        }).end();
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/events", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/events";
  }

  /** Waits for the next event. */
  WxMpXmlMessage next() throws Exception {
    WxMpXmlMessage event = events.poll(10, TimeUnit.SECONDS);
    if (event == null) {
      throw new IOException("no event came within 10 seconds");
    }
    return event;
  }

  @Override
  public void close() {
    server.stop(0);
    router.shutDownExecutorService();
  }

  private void handle(HttpExchange exchange) throws IOException {
    Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
    String answer = "";
    int status = 200;
    try {
      if (!service.checkSignature(query.get("timestamp"), query.get("nonce"), query.get("signature"))) {
        status = 401;
      } else if (exchange.getRequestMethod().equals("GET")) {
        answer = query.get("echostr");
      } else {
        router.route(read(query, new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
        answer = "success";
      }
    } catch (RuntimeException e) {
      status = 500;
      answer = e.toString();
    }
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private WxMpXmlMessage read(Map<String, String> query, String body) {
    if (!"aes".equals(query.get("encrypt_type"))) {
      return WxMpXmlMessage.fromXml(body);
    }
    return WxMpXmlMessage.fromEncryptedXml(body, service.getWxMpConfigStorage(),
        query.get("timestamp"), query.get("nonce"), query.get("msg_signature"));
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> query = new HashMap<>();
    for (String pair : raw.split("&")) {
      String[] parts = pair.split("=", 2);
      query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return query;
  }
}
