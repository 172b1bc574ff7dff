"""Signs a PDF by pyHanko: pyhanko_sign.py IN OUT KEY.pem CERT.pem ROOT.pem. A file of other people's making to try the judges on."""

import sys

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

source, target, key, certificate, root = sys.argv[1:]
signer = signers.SimpleSigner.load(key, certificate, ca_chain_files=(root,), prefer_pss=False)
with open(source, "rb") as inp, open(target, "wb") as out:
    signers.sign_pdf(
        IncrementalPdfFileWriter(inp),
        signers.PdfSignatureMetadata(field_name="Signature1", subfilter=fields.SigSeedSubFilter.PADES),
        signer=signer,
        output=out,
    )
