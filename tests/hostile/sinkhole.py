# SPDX-License-Identifier: Apache-2.0
"""A server that must hear nothing, and files full of its address."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.forge import draw_pdf
from tests.hostile.attacks import NAME, dictionary, update


class Sinkhole:
    """Hears requests, and remembers what was asked for."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def _hear(self) -> None:
                heard.append(f"{self.command} {self.path}")
                self.send_response(204)
                self.end_headers()

            do_GET = do_POST = do_HEAD = do_PUT = do_OPTIONS = _hear  # noqa: N815 - names of the library

            def log_message(self, *_: Any) -> None:  # noqa: ANN401 - of the library
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def listening(self) -> Iterator["Sinkhole"]:
        """Listen until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join(10)


def draw_calling_pdf(address: str, attachments: Mapping[str, bytes]) -> bytes:
    """Draw a page that names an address wherever a PDF can name one."""
    with pikepdf.open(BytesIO(draw_pdf(attachments))) as pdf:
        page, root = pdf.pages[0].obj, pdf.Root
        actions = {name: make(pdf, address) for name, make in _ACTIONS.items()}
        root.OpenAction = actions["uri"]
        root.AA = Dictionary(WC=actions["script"], DS=actions["submit"])
        root.URI = Dictionary(Base=String(f"{address}/base/"))
        root.Names.JavaScript = Dictionary(
            Names=Array([String("a"), actions["script"]])
        )
        # Of the page: the library that signs reads that of the document.
        page.Metadata = _xmp(pdf, address)
        root.AcroForm = Dictionary(
            Fields=Array([]), XFA=pdf.make_stream(_XFA.format(address).encode())
        )
        page.AA = Dictionary(O=actions["launch"], C=actions["import"])
        page.Annots = Array(
            [_link(pdf, page, action) for action in actions.values()]
            + [_rich_media(pdf, page, address)]
        )
        page.Resources.XObject = Dictionary(
            Opi=_opi(pdf, address), Ref=_reference(pdf, address)
        )
        # A stream whose bytes are elsewhere (ISO 32000-1 §7.3.8.2).
        page.Resources.XObject.Far = pdf.make_stream(
            b"", F=_far_file(address), FFilter=Name.FlateDecode, Subtype=Name.Form
        )
        content = page.Contents.read_bytes() + b"/Opi Do /Ref Do /Far Do\n"
        page.Contents = pdf.make_stream(content)
        out = BytesIO()
        pdf.save(out, fix_metadata_version=False)
        return out.getvalue()


def replace_metadata(pdf: bytes, address: str) -> bytes:
    """Append a revision whose metadata are XML with entities to be fetched."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        written = generic.StreamObject(
            dictionary(Type=NAME("/Metadata"), Subtype=NAME("/XML")),
            stream_data=_XMP.format(address).encode(),
        )
        writer.root["/Metadata"] = writer.add_object(written)
        writer.update_root()  # type: ignore[no-untyped-call]  # library

    return update(pdf, change)


def _far_file(address: str) -> pikepdf.Object:
    return Dictionary(Type=Name.Filespec, FS=Name.URL, F=String(f"{address}/external"))


_ACTIONS: Mapping[str, Callable[[pikepdf.Pdf, str], pikepdf.Object]] = {
    "uri": lambda _, to: Dictionary(S=Name.URI, URI=String(f"{to}/uri")),
    "goto": lambda _, to: Dictionary(
        S=Name.GoToR, F=_far_file(to), D=Array([0, Name.Fit])
    ),
    "goto-embedded": lambda _, to: Dictionary(
        S=Name.GoToE, F=_far_file(to), D=String("x")
    ),
    "script": lambda pdf, to: Dictionary(
        S=Name.JavaScript,
        JS=pdf.make_stream(f"app.launchURL('{to}/script', true);".encode()),
    ),
    "launch": lambda _, to: Dictionary(S=Name.Launch, F=_far_file(to)),
    "submit": lambda _, to: Dictionary(S=Name.SubmitForm, F=_far_file(to)),
    "import": lambda _, to: Dictionary(S=Name.ImportData, F=_far_file(to)),
    "sound": lambda pdf, to: Dictionary(
        S=Name.Sound, Sound=pdf.make_stream(b"", R=8000, F=_far_file(to))
    ),
}


def _link(
    pdf: pikepdf.Pdf, page: pikepdf.Object, action: pikepdf.Object
) -> pikepdf.Object:
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=[0, 0, 595, 842],
            P=page,
            A=action,
        )
    )


def _rich_media(pdf: pikepdf.Pdf, page: pikepdf.Object, address: str) -> pikepdf.Object:
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.FileAttachment,
            Rect=[0, 0, 9, 9],
            P=page,
            FS=_far_file(address),
        )
    )


def _opi(pdf: pikepdf.Pdf, address: str) -> pikepdf.Object:
    proxy = Dictionary(Type=Name.OPI, Version=2, F=_far_file(address))
    return pdf.make_stream(
        b"\x00", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1,
        BitsPerComponent=8, ColorSpace=Name.DeviceGray,
        OPI=Dictionary({"/2.0": proxy}),
    )  # fmt: skip


def _reference(pdf: pikepdf.Pdf, address: str) -> pikepdf.Object:
    return pdf.make_stream(
        b"",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=[0, 0, 9, 9],
        Ref=Dictionary(F=_far_file(address), Page=0),
    )


def _xmp(pdf: pikepdf.Pdf, address: str) -> pikepdf.Object:
    return pdf.make_stream(
        _XMP.format(address).encode(), Type=Name.Metadata, Subtype=Name.XML
    )


_XMP = """<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY % far SYSTEM "{0}/dtd"> %far; <!ENTITY e SYSTEM "{0}/xxe">]>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="{0}/about">&e;</rdf:Description></rdf:RDF></x:xmpmeta>"""
_XFA = """<?xml version="1.0"?><!DOCTYPE x SYSTEM "{0}/xfa-dtd">
<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template>
<subform><event activity="ready"><submit target="{0}/xfa"/></event></subform>
</template><connectionSet><wsdlConnection name="a"><wsdlAddress>{0}/wsdl</wsdlAddress>
</wsdlConnection></connectionSet></xdp:xdp>"""
