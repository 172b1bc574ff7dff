"""Reads one ETSI TS 119 102-2 report a line (JSON: {"xml": text}) and answers each with {"errors": [text]}: what its XML schema says.

The schemas are those that DSS brings in its jars (argument: their folder). Never goes to the network.
"""

import glob
import json
import os
import sys
import zipfile

from lxml import etree

JARS = {}
for jar in glob.glob(os.path.join(sys.argv[1], "specs-*.jar")):
    with zipfile.ZipFile(jar) as archive:
        for name in archive.namelist():
            if name.endswith(".xsd"):
                JARS.setdefault(os.path.basename(name), archive.read(name))

# Where a schema names another by its address on the web: the file that holds it.
NAMED = {
    "xmldsig-core-schema.xsd": "xmldsig-core-schema.xsd",
    "XAdES.xsd": "XAdES.xsd",
    "XAdES01903v132-201601.xsd": "XAdES.xsd",
    "ts_119612v020201_201601xsd.xsd": "ts_119612v020401_xsd.xsd",
    "xml.xsd": "xml.xsd",
}


class FromJars(etree.Resolver):
    def resolve(self, url, public_id, context):
        name = NAMED.get(os.path.basename(url))
        return self.resolve_string(JARS[name], context, base_url=url) if name else self.resolve_empty(context)


def parser():
    # Reports nest little; entities and the network have no place in them.
    made = etree.XMLParser(no_network=True, resolve_entities=False)
    made.resolvers.add(FromJars())
    return made


schema = etree.XMLSchema(etree.fromstring(JARS["TS119102-2-v141.xsd"], parser(), base_url="TS119102-2-v141.xsd"))


def errors(xml):
    try:
        document = etree.fromstring(xml.encode("utf-8"), etree.XMLParser(no_network=True, resolve_entities=False))
    except etree.XMLSyntaxError as problem:
        return [str(problem)]
    schema.validate(document)
    return [f"{error.line}: {error.message}" for error in schema.error_log] + broken_references(document)


def broken_references(document):
    """xs:ID and xs:IDREFS, which libxml2 does not compare."""
    ids = document.xpath("//@id")
    wanted = [name for value in document.xpath("//@VOReference") for name in value.split()]
    twice = [f"id {name} twice" for name in set(ids) if ids.count(name) > 1]
    return twice + [f"no id {name}" for name in wanted if name not in ids]


for line in sys.stdin:
    print(json.dumps({"errors": errors(json.loads(line)["xml"])}), flush=True)
