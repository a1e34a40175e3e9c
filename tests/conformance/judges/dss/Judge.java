// SPDX-License-Identifier: Apache-2.0

import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.simplereport.jaxb.XmlTimestamp;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Judges signed PDFs by EN 319 102-1 with DSS: {@code java Judge.java ANCHOR FILE...}
 * prints a JSON array, an object for each file, in the order of the arguments.
 *
 * <p>DSS's own policy decides, unchanged, with two things of ours:
 * <ul>
 * <li>ANCHOR is the only trusted certificate: no list of trust services names our CA.
 *     For the same reason what DSS says of qualified signatures (eIDAS) is left out.
 * <li>No source is online: what the file holds must suffice, as it must in ten years.
 * </ul>
 */
public class Judge {

    public static void main(String[] arguments) {
        CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
        anchors.addCertificate(DSSUtils.loadCertificate(new File(arguments[0])));
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(anchors);
        verifier.setAIASource(null);
        verifier.setCrlSource(null);
        verifier.setOcspSource(null);
        List<String> judged = new ArrayList<>();
        for (int i = 1; i < arguments.length; i++) {
            judged.add(judge(arguments[i], verifier));
        }
        System.out.println(array(judged));
    }

    private static String judge(String path, CommonCertificateVerifier verifier) {
        String file = member("file", text(path));
        try {
            SignedDocumentValidator validator =
                    SignedDocumentValidator.fromDocument(new FileDocument(path));
            validator.setCertificateVerifier(verifier);
            Reports reports = validator.validateDocument();
            List<String> signatures = new ArrayList<>();
            for (String id : reports.getSimpleReport().getSignatureIdList()) {
                signatures.add(describe(id, reports));
            }
            return object(file, member("signatures", array(signatures)));
        } catch (RuntimeException | LinkageError error) {
            return object(file, member("error", text(error.toString())));
        }
    }

    private static String describe(String id, Reports reports) {
        SimpleReport report = reports.getSimpleReport();
        List<Message> complaints = new ArrayList<>(report.getAdESValidationErrors(id));
        complaints.addAll(report.getAdESValidationWarnings(id));
        List<String> timestamps = new ArrayList<>();
        for (XmlTimestamp one : report.getSignatureTimestamps(id)) {
            timestamps.add(describe(one, report, reports.getDiagnosticData()));
        }
        return object(
                member("level", text(report.getSignatureFormat(id))),
                member("indication", text(report.getIndication(id))),
                member("sub_indication", text(report.getSubIndication(id))),
                member("complaints", texts(complaints)),
                member("timestamps", array(timestamps)));
    }

    private static String describe(
            XmlTimestamp timestamp, SimpleReport report, DiagnosticData data) {
        String id = timestamp.getId();
        List<Message> complaints = new ArrayList<>(report.getAdESValidationErrors(id));
        complaints.addAll(report.getAdESValidationWarnings(id));
        return object(
                member("kind", text(data.getTimestampById(id).getType())),
                member("indication", text(timestamp.getIndication())),
                member("sub_indication", text(timestamp.getSubIndication())),
                member("complaints", texts(complaints)));
    }

    private static String texts(List<Message> messages) {
        return array(
                messages.stream().map(one -> text(one.getValue())).collect(Collectors.toList()));
    }

    private static String object(String... members) {
        return "{" + String.join(",", members) + "}";
    }

    private static String member(String name, String value) {
        return text(name) + ":" + value;
    }

    private static String array(List<String> values) {
        return "[" + String.join(",", values) + "]";
    }

    private static String text(Object value) {
        if (value == null) {
            return "null";
        }
        StringBuilder quoted = new StringBuilder("\"");
        for (char one : value.toString().toCharArray()) {
            boolean plain = one >= ' ' && one < 127 && one != '"' && one != '\\';
            quoted.append(plain ? String.valueOf(one) : String.format("\\u%04x", (int) one));
        }
        return quoted.append('"').toString();
    }
}
