"""Reads one JSON request a line and answers each with one line of JSON: pyHanko's verdict. Never goes to the network.

Request: {"file", "contents": [path], "trusted": [path], "crls": [path], "intermediates": [path]}; a PDF by its header, else a detached or enveloping CMS.
"""

import asyncio
import json
import logging
import sys

from asn1crypto import cms, crl, pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_cms_signature, async_validate_detached_cms, async_validate_pdf_signature
from pyhanko.sign.validation.status import StandardCMSSignatureStatus
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)


def read(path):
    with open(path, "rb") as handle:
        return handle.read()


def der(path):
    data = read(path)
    return pem.unarmor(data)[2] if pem.detect(data) else data


def context(request):
    return ValidationContext(
        trust_roots=[x509.Certificate.load(der(path)) for path in request.get("trusted", [])],
        other_certs=[x509.Certificate.load(der(path)) for path in request.get("intermediates", [])],
        crls=[crl.CertificateList.load(der(path)) for path in request.get("crls", [])],
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def describe(status):
    answer = {
        "intact": bool(status.intact),
        "valid": bool(status.valid),
        "trusted": bool(status.trusted),
        "bottomLine": bool(status.bottom_line),
        "summary": status.summary(),
        "algorithm": str(status.pkcs7_signature_mechanism),
        "signer": status.signing_cert.subject.human_friendly,
    }
    stamp = getattr(status, "timestamp_validity", None)
    if stamp is not None:
        answer["timestamp"] = {"intact": bool(stamp.intact), "valid": bool(stamp.valid), "trusted": bool(stamp.trusted)}
    return answer


async def judge_pdf(request):
    with open(request["file"], "rb") as handle:
        reader = PdfFileReader(handle, strict=False)
        if reader.encrypted:
            reader.decrypt(request.get("password", ""))
        signatures = []
        for embedded in reader.embedded_regular_signatures:
            status = await async_validate_pdf_signature(embedded, context(request), context(request))
            answer = describe(status)
            answer["field"] = embedded.field_name
            answer["coverage"] = status.coverage.name if status.coverage is not None else None
            level = getattr(status, "modification_level", None)
            answer["modifications"] = level.name if level is not None else None
            answer["docmdpOk"] = bool(status.docmdp_ok)
            answer["seedValueOk"] = bool(status.seed_value_ok)
            signatures.append(answer)
        return {"signatures": signatures, "documentTimestamps": len(reader.embedded_timestamp_signatures)}


async def judge_cms(request):
    signed_data = cms.ContentInfo.load(der(request["file"]))["content"]
    if request.get("contents"):
        with open(request["contents"][0], "rb") as handle:
            status = await async_validate_detached_cms(handle, signed_data, context(request), context(request))
    else:
        status = await async_validate_cms_signature(
            signed_data, status_cls=StandardCMSSignatureStatus, validation_context=context(request)
        )
    return {"signatures": [describe(status)]}


async def judge(request):
    head = read(request["file"])[:1024]
    # A CMS may envelop a PDF.
    is_pdf = b"%PDF-" in head and head[:1] != b"\x30"
    return await (judge_pdf(request) if is_pdf else judge_cms(request))


for line in sys.stdin:
    try:
        answer = asyncio.run(judge(json.loads(line)))
    except Exception as problem:  # a file that it refuses is an answer
        answer = {"error": f"{type(problem).__name__}: {problem}"}
    print(json.dumps(answer), flush=True)
