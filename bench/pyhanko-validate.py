# Process CPU of validating every signature of a PDF by pyHanko, differences analysed, nothing fetched. Arguments: file, certificate of the
# signer (DER), repetitions. Prints milliseconds of each as JSON; starting Python and importing are not counted.
import json
import logging
import sys
import time

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)
path, certificate, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open(certificate, 'rb') as file:
    root = x509.Certificate.load(file.read())
taken = []
for _ in range(count):
    started = time.process_time()
    with open(path, 'rb') as file:
        reader = PdfFileReader(file)
        context = ValidationContext(trust_roots=[root], allow_fetching=False)
        statuses = [validate_pdf_signature(one, context) for one in reader.embedded_signatures]
    taken.append((time.process_time() - started) * 1000)
    if len(statuses) != 2 or not all(one.intact and one.valid for one in statuses):
        sys.exit('pyHanko does not find two intact signatures')
print(json.dumps(taken))
