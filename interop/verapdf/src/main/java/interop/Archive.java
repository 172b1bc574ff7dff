package interop;

import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Reads one request a line (tab-separated: flavour as veraPDF spells it, '1b', '2b' …, or 'auto' for what the file claims; file) and answers
 * each with one line: the flavour checked, 'true' or 'false', and the clauses that failed with their test numbers, tab-separated; or 'error'.
 */
public final class Archive {
  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err); // nothing a library prints may land between the answers
    VeraGreenfieldFoundryProvider.initialise();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] fields = line.split("\t", -1);
      try {
        out.println(judge(fields[0], new File(fields[1])));
      } catch (Throwable problem) {
        out.println("error\t" + String.valueOf(problem).replaceAll("\\s+", " "));
      }
    }
  }

  private static String judge(String flavour, File file) throws Exception {
    PDFAFlavour wanted = flavour.equals("auto") ? PDFAFlavour.NO_FLAVOUR : PDFAFlavour.byFlavourId(flavour);
    try (PDFAParser parser =
        wanted == PDFAFlavour.NO_FLAVOUR
            ? Foundries.defaultInstance().createParser(file)
            : Foundries.defaultInstance().createParser(file, wanted)) {
      PDFAFlavour found = parser.getFlavour();
      try (PDFAValidator validator = Foundries.defaultInstance().createValidator(found, false)) {
        ValidationResult result = validator.validate(parser);
        TreeSet<String> failed = new TreeSet<>();
        for (TestAssertion assertion : result.getTestAssertions()) {
          if (assertion.getStatus() != TestAssertion.Status.FAILED) continue;
          String message = String.valueOf(assertion.getMessage()).replaceAll("\\s+", " ");
          failed.add(assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber() + " " + message);
        }
        return found.getId() + "\t" + result.isCompliant() + "\t" + String.join("\t", failed);
      }
    }
  }
}
