package interop;

import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableFile;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.util.Selector;

/** BouncyCastle's own CMS: each SignerInfo over the content, its certificate issued by one of those trusted. Knows ML-DSA. */
final class BouncyCastle {
  private BouncyCastle() {}

  static Map<String, Object> judge(String file, List<String> contents, List<String> trusted) throws Exception {
    byte[] encoded = Files.readAllBytes(Path.of(file));
    CMSSignedData data =
        contents.isEmpty() ? new CMSSignedData(encoded) : new CMSSignedData(new CMSProcessableFile(Path.of(contents.get(0)).toFile()), encoded);
    List<Object> signatures = new ArrayList<>();
    for (SignerInformation signer : data.getSignerInfos().getSigners()) signatures.add(judge(data, signer, trusted));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("signatures", signatures);
    return answer;
  }

  private static Map<String, Object> judge(CMSSignedData data, SignerInformation signer, List<String> trusted) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("algorithm", signer.getEncryptionAlgOID());
    try {
      @SuppressWarnings("unchecked")
      Selector<X509CertificateHolder> selector = signer.getSID();
      X509CertificateHolder certificate = data.getCertificates().getMatches(selector).iterator().next();
      one.put("intact", signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider(new BouncyCastleProvider()).build(certificate)));
      one.put("trusted", issuedByOneOf(certificate, trusted));
    } catch (Exception problem) {
      one.put("intact", false);
      one.put("trusted", false);
      one.put("error", String.valueOf(problem));
    }
    return one;
  }

  private static boolean issuedByOneOf(X509CertificateHolder certificate, List<String> trusted) throws Exception {
    for (String path : trusted) {
      try (InputStream in = new FileInputStream(path)) {
        X509Certificate anchor = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        JcaContentVerifierProviderBuilder builder = new JcaContentVerifierProviderBuilder().setProvider(new BouncyCastleProvider());
        if (certificate.isSignatureValid(builder.build(anchor))) return true;
      }
    }
    return false;
  }
}
