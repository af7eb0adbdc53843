package muban.clients.alipay;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;

/** An app's key pair as its developer has it: bare base64, the private half in PKCS #8. */
record Keys(String privateKey, String publicKey) {
  static Keys make() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    Base64.Encoder text = Base64.getEncoder();
    return new Keys(text.encodeToString(pair.getPrivate().getEncoded()), text.encodeToString(pair.getPublic().getEncoded()));
  }
}
