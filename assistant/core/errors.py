"""What can go wrong, as one tree. Every message says what happened and what to do next.

AssistantError                 exit code 1
├── InputError                 2   a file, image, recording or argument cannot be used
├── ModelMissingError          3   weights are not on this machine (or do not match their hash)
├── EngineError                4   a model or its process failed, or there is too little memory
├── DeviceError                5   microphone, loudspeaker or display
├── StorageError               6   the disk is full, read-only or damaged
├── NetworkError               7   a download or a server the user named
└── Refused                    8   a safety rule said no
"""


class AssistantError(Exception):
    """A failure the user can understand.

    `what` is one plain sentence on what happened, `advice` one on what to do. Neither holds a stack or a home path.
    """

    exit_code = 1

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(f"{what} {advice}".strip())
        self.what = what
        self.advice = advice


class InputError(AssistantError):
    exit_code = 2


class ModelMissingError(AssistantError):
    exit_code = 3


class EngineError(AssistantError):
    exit_code = 4


class PromptTooLongError(EngineError):
    """The model cannot read this much at once. Sending fewer turns may help."""


class DeviceError(AssistantError):
    exit_code = 5


class StorageError(AssistantError):
    exit_code = 6


class NotSavedYet(StorageError):
    """The disk refuses for now. The turn is kept in memory under `turn_id` and saved when there is room again."""

    def __init__(self, what: str, advice: str = "", turn_id: int = 0) -> None:
        super().__init__(what, advice)
        self.turn_id = turn_id


class NetworkError(AssistantError):
    exit_code = 7


class Refused(AssistantError):
    exit_code = 8
