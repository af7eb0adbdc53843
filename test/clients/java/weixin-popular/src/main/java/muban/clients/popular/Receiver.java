package muban.clients.popular;

import com.qq.weixin.mp.aes.AesException;
import com.qq.weixin.mp.aes.WXBizMsgCrypt;
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
import weixin.popular.bean.message.EventMessage;
import weixin.popular.util.SignatureUtil;
import weixin.popular.util.XMLConverUtil;

/** The account's server: it reads what comes and answers as the library's examples do. */
final class Receiver implements AutoCloseable {
  private final WXBizMsgCrypt crypt;
  private final HttpServer server;
  private final BlockingQueue<EventMessage> events = new LinkedBlockingQueue<>();

  Receiver(String appId) throws AesException, IOException {
    crypt = new WXBizMsgCrypt(Events.TOKEN, Events.AES_KEY, appId);
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/events", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/events";
  }

  /** Waits for the next event. */
  EventMessage next() throws Exception {
    EventMessage event = events.poll(10, TimeUnit.SECONDS);
    if (event == null) {
      throw new IOException("no event came within 10 seconds");
    }
    return event;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    String answer;
    int status = 200;
    try {
      answer = answer(query(exchange.getRequestURI().getRawQuery()),
          new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    } catch (AesException | RuntimeException e) {
      status = 500;
      answer = e.toString();
    }
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private String answer(Map<String, String> query, String body) throws AesException {
    String timestamp = query.get("timestamp");
    String nonce = query.get("nonce");
    if (!SignatureUtil.generateEventMessageSignature(Events.TOKEN, timestamp, nonce).equals(query.get("signature"))) {
      throw new IllegalArgumentException("the signature is not that of the token");
    }
    if (query.containsKey("echostr")) {
      return query.get("echostr");
    }
    if (!"aes".equals(query.get("encrypt_type"))) {
      events.add(XMLConverUtil.convertToObject(EventMessage.class, body));
      return "";
    }
    String plain = crypt.decryptMsg(query.get("msg_signature"), timestamp, nonce, body);
    events.add(XMLConverUtil.convertToObject(EventMessage.class, plain));
    return crypt.encryptMsg("success", timestamp, nonce);
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
