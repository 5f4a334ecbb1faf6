"""What anybody may ask of a draw, without an account: to run it again, or because a link makes him a party."""

from typing import Any

from flask import Response
from werkzeug.exceptions import NotFound

from server.core.canonical import canonical
from server.drawing import chain, parties, publishing, room
from server.drawing.answers import KeyAnswer, PublishedAnswer, WitnessAnswer
from server.drawing.schemas import WitnessCommitmentBody, WitnessNumberBody
from server.drawing.web import as_file, blp, document
from server.platform.auth import access
from server.platform.config import PROJECT

VERIFIERS = ("verify_draw.py", "verify_chain.py", "README.md")


@blp.get("/chain")
@access(public=True, answers="file")
def read_chain() -> Response:
    """The bureau's chain of records, for anybody."""
    return document(chain.public_chain(), "chain.json")


@blp.get("/key")
@access(public=True)
@blp.response(200, KeyAnswer)
def read_key() -> dict[str, Any]:
    """The key with which the bureau signs the chain, and its thumbprint, for anybody."""
    return publishing.signing_key()


@blp.get("/certificates")
@access(public=True)
@blp.response(200, PublishedAnswer(many=True))
def list_public_certificates() -> list[dict[str, Any]]:
    """Every certificate of the chain, the newest first, for anybody: open, sealed until a day, or restricted."""
    return publishing.published()


@blp.get("/certificates/<int:number>")
@access(public=True, answers="file")
def read_public_certificate(number: int) -> Response:
    """The public certificate behind a number of the chain, for anybody."""
    return document(publishing.public_bundle(number), f"certificate-{number}.json")


@blp.get("/records/<int:number>")
@access(public=True, answers="file")
def read_public_record(number: int) -> Response:
    """One record of the chain, exactly the bytes whose SHA-256 is its digest, for anybody."""
    return as_file(canonical(publishing.public_record(number)), f"record-{number}.json", "application/json")


@blp.get("/certificates/<int:number>/signature")
@access(public=True, answers="file")
def read_signature(number: int) -> Response:
    """The bureau's detached signature over a certificate, for anybody."""
    return document(publishing.signature_of(number), f"signature-{number}.json")


@blp.get("/verifier/<name>")
@access(public=True, answers="file")
def read_verifier(name: str) -> Response:
    """The stand-alone verifier, for anybody."""
    if name not in VERIFIERS:
        raise NotFound
    return as_file((PROJECT / "verify" / name).read_bytes(), name, "text/plain; charset=utf-8")


@blp.get("/witnessing/<token>")
@access(public=True)
@blp.response(200, WitnessAnswer)
def read_as_witness(token: str) -> dict[str, Any]:
    """What a party sees on its own phone; the link is its key."""
    return room.for_witness(parties.party_by_token(token))


@blp.post("/witnessing/<token>/commitment")
@access(public=True, csrf=False)
@blp.arguments(WitnessCommitmentBody)
@blp.response(200, WitnessAnswer)
def commit_as_witness(body: dict[str, str], token: str) -> dict[str, Any]:
    """A party commits on its own phone."""
    party = parties.party_by_token(token)
    parties.commit(party, body["commitment"], parties.OWN_DEVICE)
    return room.for_witness(party)


@blp.post("/witnessing/<token>/number")
@access(public=True, csrf=False)
@blp.arguments(WitnessNumberBody)
@blp.response(200, WitnessAnswer)
def contribute_as_witness(body: dict[str, Any], token: str) -> dict[str, Any]:
    """A witness types his number, or a party reveals, on its own phone."""
    party = parties.party_by_token(token)
    parties.contribute(party, body["reveal"], parties.OWN_DEVICE, body["name"], body["post"])
    return room.for_witness(party)
