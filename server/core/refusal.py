"""What a rule says when it cannot accept its input.

Every rule of `core` raises a subclass of `Refused`; the code is stable, is the same in TypeScript
(`pwa/src/core/refusal.ts`), and is what the vectors name. The sentence for people is not here: it
belongs to the error catalogue of the platform and to the locales of the phone.
"""


class Refused(ValueError):
    """A rule did not accept its input.

    `code` is stable and machine-readable; `detail` says which part of the input it was (a field, a
    path, a value) and is for logs and developers.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
