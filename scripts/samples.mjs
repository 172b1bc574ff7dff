#!/usr/bin/env node
// Makes the sample documents of public/samples anew; what it makes is committed, so nobody needs to run it. Prints by Chromium (contract,
// invoice), composes by pdf-lib (form) and zips by fflate (offer.docx).
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { strToU8, zipSync } from 'fflate'
import { PDFDocument, PDFName, PDFString, StandardFonts, rgb } from 'pdf-lib'
import { chromium } from 'playwright'
import { chromiumLaunch } from './chromium.mjs'

const source = (name) => fileURLToPath(new URL(`samples/${name}`, import.meta.url))
const target = (name) => fileURLToPath(new URL(`../public/samples/${name}`, import.meta.url))

async function print(page, name, footer) {
  await page.setContent(readFileSync(source(`${name}.html`), 'utf8'))
  const style =
    'font: 8px Liberation Sans; color: #777; width: 100%; padding: 0 20mm; display: flex; justify-content: space-between'
  const numbers = '<span><span class="pageNumber"></span> / <span class="totalPages"></span></span>'
  await page.pdf({
    path: target(`${name}.pdf`),
    preferCSSPageSize: true,
    displayHeaderFooter: true,
    headerTemplate: '<span></span>',
    footerTemplate: `<div style="${style}"><span>${footer}</span>${numbers}</div>`,
    tagged: true,
  })
}

/** A form with text, check box, radio, a choice, and an empty signature field to sign into. */
async function form() {
  const pdf = await PDFDocument.create()
  pdf.setTitle('Order for maintenance work')
  pdf.setLanguage('en')
  const plain = await pdf.embedFont(StandardFonts.Helvetica)
  const bold = await pdf.embedFont(StandardFonts.HelveticaBold)
  const page = pdf.addPage([595.28, 841.89])
  const blue = rgb(0.12, 0.37, 0.55)
  const write = (text, x, y, size = 10, font = plain, color = rgb(0.1, 0.14, 0.19)) =>
    page.drawText(text, { x, y, size, font, color })
  write('Order for maintenance work', 56, 770, 20, bold, blue)
  write('Northwind Facility Services LLC, agreement 2026-117', 56, 750, 10, plain, rgb(0.35, 0.4, 0.46))
  page.drawLine({ start: { x: 56, y: 738 }, end: { x: 539, y: 738 }, thickness: 1.2, color: blue })
  const fields = pdf.getForm()
  const line = (label, name, y, width = 320) => {
    write(label, 56, y + 6)
    const field = fields.createTextField(name)
    field.addToPage(page, {
      x: 200,
      y,
      width,
      height: 20,
      borderColor: rgb(0.6, 0.65, 0.7),
      borderWidth: 0.7,
      font: plain,
    })
    field.setFontSize(10)
    return field
  }
  line('Customer', 'customer', 700)
  line('Object address', 'address', 670)
  line('Contact person', 'contact', 640).enableRequired()
  line('Date of visit', 'date', 610, 120)
  write('Kind of work', 56, 586)
  const kind = fields.createDropdown('kind')
  kind.addOptions(['Cleaning', 'Electrical', 'Plumbing', 'Windows'])
  kind.addToPage(page, { x: 200, y: 578, width: 160, height: 20, borderWidth: 0.7, font: plain })
  write('Urgency', 56, 552)
  const urgency = fields.createRadioGroup('urgency')
  for (const [i, name] of ['normal', 'urgent', 'emergency'].entries()) {
    urgency.addOptionToPage(name, page, { x: 200 + i * 100, y: 546, width: 13, height: 13 })
    write(name, 218 + i * 100, 549)
  }
  for (const [i, text] of [
    'I agree to the price list of the agreement',
    'Materials are provided by the customer',
  ].entries()) {
    fields
      .createCheckBox(i === 0 ? 'agree' : 'materials')
      .addToPage(page, { x: 200, y: 514 - i * 24, width: 13, height: 13 })
    write(text, 220, 517 - i * 24)
  }
  write('What has to be done', 56, 462)
  const text = fields.createTextField('description')
  text.enableMultiline()
  text.addToPage(page, {
    x: 200,
    y: 380,
    width: 339,
    height: 90,
    borderColor: rgb(0.6, 0.65, 0.7),
    borderWidth: 0.7,
    font: plain,
  })
  text.setFontSize(10)
  write('Signature of the customer', 56, 330)
  page.drawRectangle({
    x: 200,
    y: 270,
    width: 220,
    height: 70,
    borderColor: rgb(0.6, 0.65, 0.7),
    borderWidth: 0.7,
    borderDashArray: [3, 3],
  })
  const widget = pdf.context.obj({
    Type: 'Annot',
    Subtype: 'Widget',
    FT: 'Sig',
    T: PDFString.of('customer_signature'),
    TU: PDFString.of('Signature of the customer'),
    Rect: [200, 270, 420, 340],
    F: 4,
    P: page.ref,
  })
  const ref = pdf.context.register(widget)
  page.node.addAnnot(ref)
  fields.acroForm.addField(ref)
  fields.acroForm.dict.set(PDFName.of('SigFlags'), pdf.context.obj(0))
  writeFileSync(target('order-form.pdf'), await pdf.save({ useObjectStreams: true }))
}

function docx() {
  const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const run = (text, bold) =>
    `<w:r>${bold ? '<w:rPr><w:b/></w:rPr>' : ''}<w:t xml:space="preserve">${escape(text)}</w:t></w:r>`
  const paragraph = (text, style) =>
    `<w:p>${style ? `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>` : ''}${run(text)}</w:p>`
  const cell = (text, bold) =>
    `<w:tc><w:tcPr><w:tcW w:w="3000" w:type="dxa"/></w:tcPr><w:p>${run(text, bold)}</w:p></w:tc>`
  const row = (cells, bold) => `<w:tr>${cells.map((text) => cell(text, bold)).join('')}</w:tr>`
  const border = ['top', 'left', 'bottom', 'right', 'insideH', 'insideV'].map(
    (side) => `<w:${side} w:val="single" w:sz="4" w:color="999999"/>`,
  )
  const body = [
    paragraph('Commercial offer', 'Title'),
    paragraph('Northwind Facility Services LLC, 22 November 2026'),
    paragraph('Dear Mr Shevchuk,'),
    paragraph(
      'thank you for your request. For the office at 8 Velyka Vasylkivska Street, Kyiv (вул. Велика Васильківська, 8), we offer the following services from 1 January 2027:',
    ),
    `<w:tbl><w:tblPr><w:tblW w:w="9000" w:type="dxa"/><w:tblBorders>${border.join('')}</w:tblBorders></w:tblPr><w:tblGrid><w:gridCol w:w="3000"/><w:gridCol w:w="3000"/><w:gridCol w:w="3000"/></w:tblGrid>`,
    row(['Service', 'Frequency', 'UAH per month'], true),
    row(['Daily cleaning', 'daily', '96 000.00']),
    row(['Technical maintenance', 'weekly', '54 400.00']),
    row(['Windows and facade', 'quarterly', '21 000.00']),
    row(['Small repairs', 'on request', '15 000.00']),
    '</w:tbl>',
    paragraph('The offer is valid until 31 December 2026. Prices include VAT.'),
    paragraph('With kind regards,'),
    paragraph('Olena Kovalenko, Director'),
  ].join('')
  const w = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
  const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
  const styles = `<w:styles xmlns:w="${w}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="22"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="160" w:line="276" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:rPr><w:b/><w:color w:val="1F5F8B"/><w:sz w:val="44"/></w:rPr></w:style></w:styles>`
  const type = 'application/vnd.openxmlformats-officedocument.wordprocessingml'
  const relationship = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const parts = {
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="${type}.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="${type}.styles+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${relationship}/officeDocument" Target="word/document.xml"/></Relationships>`,
    'word/document.xml': `<w:document xmlns:w="${w}"><w:body>${body}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1418"/></w:sectPr></w:body></w:document>`,
    'word/_rels/document.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${relationship}/styles" Target="styles.xml"/></Relationships>`,
    'word/styles.xml': styles,
  }
  const entries = Object.entries(parts).map(([name, text]) => [
    name,
    [strToU8(xml + text), { mtime: '2026-11-22T09:00:00' }],
  ])
  writeFileSync(target('offer.docx'), zipSync(Object.fromEntries(entries), { level: 9 }))
}

const browser = await chromium.launch(chromiumLaunch())
const page = await browser.newPage()
await print(page, 'contract', 'Services agreement No. 2026-117')
await print(page, 'invoice', 'Invoice No. 2026-0418')
await browser.close()
await form()
docx()
