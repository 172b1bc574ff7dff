package interop;

import eu.europa.esig.dss.diagnostic.PDFRevisionWrapper;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.simplereport.jaxb.XmlTimestamp;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one request a line (tab-separated: signed file, detached contents, trusted certificates, CRLs, judge; lists joined by '|', empty when
 * none; the judge is "dss" or "bouncy-castle") and answers each with one line of JSON. Never goes to the network. Ends with its input.
 */
public final class Judge {
  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err); // nothing a library prints may land between the answers
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] fields = line.split("\t", -1);
      Map<String, Object> answer;
      try {
        answer =
            fields[4].equals("bouncy-castle")
                ? BouncyCastle.judge(fields[0], list(fields[1]), list(fields[2]))
                : judge(fields[0], list(fields[1]), list(fields[2]), list(fields[3]));
      } catch (Throwable problem) {
        answer = new LinkedHashMap<>();
        answer.put("error", String.valueOf(problem));
      }
      out.println(json(answer));
    }
  }

  private static List<String> list(String field) {
    return field.isEmpty() ? List.of() : List.of(field.split("\\|"));
  }

  private static Map<String, Object> judge(String file, List<String> contents, List<String> trusted, List<String> crls) {
    CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
    for (String path : trusted) {
      CertificateToken anchor = DSSUtils.loadCertificate(new File(path));
      anchors.addCertificate(anchor);
    }
    CommonCertificateVerifier verifier = new CommonCertificateVerifier();
    verifier.setTrustedCertSources(anchors);
    verifier.setAIASource(null);
    if (!crls.isEmpty()) verifier.setCrlSource(new ExternalResourcesCRLSource(documents(crls).toArray(new DSSDocument[0])));
    SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(file));
    validator.setCertificateVerifier(verifier);
    if (!contents.isEmpty()) validator.setDetachedContents(documents(contents));
    Reports reports = validator.validateDocument();
    SimpleReport simple = reports.getSimpleReport();
    List<Object> signatures = new ArrayList<>();
    for (String id : simple.getSignatureIdList()) {
      signatures.add(describe(simple, reports.getDiagnosticData().getSignatureById(id), id));
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("signatures", signatures);
    answer.put("documentTimestamps", simple.getTimestampIdList().size());
    answer.put("timestampsIntact", simple.getTimestampIdList().stream().allMatch(id -> isIntact(reports.getDiagnosticData().getTimestampById(id))));
    return answer;
  }

  private static boolean isIntact(TimestampWrapper stamp) {
    return stamp.isMessageImprintDataFound() && stamp.isMessageImprintDataIntact() && stamp.isSignatureIntact() && stamp.isSignatureValid();
  }

  private static List<DSSDocument> documents(List<String> paths) {
    List<DSSDocument> documents = new ArrayList<>();
    for (String path : paths) documents.add(new FileDocument(path));
    return documents;
  }

  private static Map<String, Object> describe(SimpleReport simple, SignatureWrapper signature, String id) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("level", String.valueOf(simple.getSignatureFormat(id)));
    one.put("indication", String.valueOf(simple.getIndication(id)));
    one.put("subIndication", simple.getSubIndication(id) == null ? null : simple.getSubIndication(id).name());
    one.put("intact", signature.isSignatureIntact());
    one.put("valid", signature.isSignatureValid());
    one.put("structure", signature.isStructuralValidationValid());
    one.put("claimedTime", signature.getClaimedSigningTime() == null ? null : signature.getClaimedSigningTime().toInstant().toString());
    one.put("algorithm", String.valueOf(signature.getSignatureAlgorithm()));
    List<Object> dataIntact = new ArrayList<>();
    signature.getDigestMatchers().forEach(matcher -> dataIntact.add(matcher.getType() + "=" + matcher.isDataIntact()));
    one.put("digests", dataIntact);
    List<Object> scopes = new ArrayList<>();
    simple.getSignatureScopes(id).forEach(scope -> scopes.add(scope.getScope() + ":" + scope.getName()));
    one.put("scopes", scopes);
    one.put("errors", messages(simple.getAdESValidationErrors(id)));
    one.put("warnings", messages(simple.getAdESValidationWarnings(id)));
    one.put("infos", messages(simple.getAdESValidationInfo(id)));
    List<Object> stamps = new ArrayList<>();
    for (XmlTimestamp stamp : simple.getSignatureTimestamps(id)) stamps.add(stamp.getIndication() + ":" + stamp.getProductionTime().toInstant());
    one.put("timestamps", stamps);
    PDFRevisionWrapper revision = signature.getPDFRevision();
    if (revision != null) one.put("pdf", describe(revision));
    return one;
  }

  private static Map<String, Object> describe(PDFRevisionWrapper revision) {
    Map<String, Object> pdf = new LinkedHashMap<>();
    pdf.put("fields", revision.getSignatureFieldNames());
    pdf.put("annotationOverlap", pages(revision.getPdfAnnotationsOverlapConcernedPages()));
    pdf.put("visualDifference", pages(revision.getPdfVisualDifferenceConcernedPages()));
    pdf.put("pageDifference", pages(revision.getPdfPageDifferenceConcernedPages()));
    pdf.put("modificationsDetected", revision.arePdfModificationsDetected());
    pdf.put("undefinedChanges", revision.arePdfObjectModificationsDetected() && !revision.getPdfUndefinedChanges().isEmpty());
    pdf.put("formChanges", !revision.getPdfSignatureOrFormFillChanges().isEmpty());
    return pdf;
  }

  private static List<String> pages(Collection<?> numbers) {
    List<String> texts = new ArrayList<>();
    numbers.forEach(number -> texts.add(String.valueOf(number)));
    return texts;
  }

  private static List<String> messages(List<Message> messages) {
    List<String> texts = new ArrayList<>();
    for (Message message : messages) texts.add(message.getKey() + ": " + message.getValue());
    return texts;
  }

  private static String json(Object value) {
    if (value == null) return "null";
    if (value instanceof Boolean || value instanceof Number) return String.valueOf(value);
    if (value instanceof Map<?, ?> map) {
      List<String> fields = new ArrayList<>();
      map.forEach((key, inner) -> fields.add(json(String.valueOf(key)) + ":" + json(inner)));
      return "{" + String.join(",", fields) + "}";
    }
    if (value instanceof Collection<?> items) {
      List<String> texts = new ArrayList<>();
      for (Object item : items) texts.add(json(item));
      return "[" + String.join(",", texts) + "]";
    }
    StringBuilder text = new StringBuilder("\"");
    for (char c : String.valueOf(value).toCharArray()) {
      if (c == '"' || c == '\\') text.append('\\').append(c);
      else if (c < 0x20) text.append(String.format("\\u%04x", (int) c));
      else text.append(c);
    }
    return text.append('"').toString();
  }
}
