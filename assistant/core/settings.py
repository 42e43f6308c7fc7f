"""What a user may change, with the reason for each default. Values only; `storage/settings_file.py` does the I/O."""

from __future__ import annotations

from dataclasses import dataclass, field

WAKE_PHRASES = {
    "okay_nabu": "Okay Nabu",
    "hey_jarvis": "Hey Jarvis",
    "hey_mycroft": "Hey Mycroft",
    "alexa": "Alexa",
}
"""The phrases that a small network knows by their sound, and how they are written."""


@dataclass(frozen=True, slots=True)
class AudioSettings:
    input_device: str = ""
    """Name of the microphone; empty follows the system's default."""
    output_device: str = ""
    volume: float = 1.0
    """0 to 1.5, applied to the voice only."""
    earcons: bool = True
    headset: bool = False
    """The microphone cannot hear the loudspeaker: nothing is taken out of what it hears."""


@dataclass(frozen=True, slots=True)
class TalkSettings:
    way: str = "open"
    """"open" (everything said is meant for the assistant), "name" (it waits for its name), "key" or "text"."""
    name: str = "Vesper"
    """What it is called by."""
    wake: str = ""
    """A key of WAKE_PHRASES: asleep, nothing is recognised before this was said. Empty looks for the name in words."""
    follow_up_seconds: float = 12.0
    """After an answer no name is needed for so long: time to think about what to ask next."""
    nods: bool = False
    """A soft "mm-hm" inside a long turn of the user's. Off: not everybody likes to be answered while talking."""
    global_key: bool = False
    """The talk key also works while another window has the focus."""

    @property
    def call(self) -> str:
        """What is said to wake it."""
        return WAKE_PHRASES.get(self.wake, self.name)


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    speech_threshold: float = 0.5
    """Silero's probability from which a 32 ms frame counts as speech."""
    onset_seconds: float = 0.096
    """Speech in a row that counts as the user speaking: three frames, so that a click does not."""
    silence_seconds: float = 0.6
    """Silence that ends an utterance. Shorter answers faster but cuts slow speakers."""
    pre_roll_seconds: float = 0.3
    """Kept from before the detector reacts, because the first syllable comes earlier."""
    longest_seconds: float = 60.0
    """An utterance is closed here even if nobody pauses."""


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    engine: str = "hibari"
    """"hibari", "kokoro", "coqui" or "server": only the last one sends what is spoken to another machine."""
    voice: str = "heart"
    folder: str = ""
    """For the engine coqui: a folder with a VITS voice of the user's own."""
    server_url: str = ""
    """For the engine server: base URL of an OpenAI-compatible one, "https://host/v1"; `voice` is one of its voices."""
    server_model: str = ""
    device: str = "auto"
    """Where Kokoro and Coqui compute: "cuda" (any graphics card that they can use), "cpu" or "auto"."""
    rate: float = 1.0
    """Speaking rate, 0.5 to 2."""
    warmth: float = 0.0
    """-1 (clear) to 1 (warm): how much the low half of the voice is favoured over the high one."""
    spoken_replies: bool = True

    @property
    def is_elsewhere(self) -> bool:
        """What is spoken leaves this computer."""
        return self.engine == "server"


@dataclass(frozen=True, slots=True)
class HearingSettings:
    engine: str = "auto"
    """"faster-whisper", "openai-whisper", "auto" (openai-whisper where torch sees a CUDA device), or "server"."""
    model: str = "whisper-base"
    server_url: str = ""
    """For the engine server: base URL of an OpenAI-compatible one, "https://host/v1". Recordings are sent to it."""
    server_model: str = ""
    device: str = "auto"
    """Where it is recognised: "cuda", "cpu" or "auto" for the card where the engine can use it."""
    language: str = ""
    """ISO 639-1 code; empty detects it."""

    @property
    def is_elsewhere(self) -> bool:
        """What is heard leaves this computer."""
        return self.engine == "server"


@dataclass(frozen=True, slots=True)
class MindSettings:
    model: str = "auto"
    """Id of a model card; "auto" takes the largest that fits into memory."""
    folder: str = ""
    """A folder with a model of the user's own, safetensors or GGUF with its projector; empty uses `model`."""
    engine: str = "auto"
    """"llama.cpp", "transformers" or "auto": what the files in `folder` are made for."""
    device: str = "auto"
    """Where transformers computes: "cuda", "rocm", "xpu", "mps", "cpu" or "auto" for the first that is there."""
    weights: str = "auto"
    """"32-bit", "16-bit", "8-bit" or "4-bit" weights for a safetensors model; "auto" takes the widest that fit."""
    decoding: str = "auto"
    """How transformers computes one word after the other: "plain", "graph" (recorded once, for NVIDIA cards),
    "compiled" (fused, too: the first start takes a minute more) or "auto" for the one that starts quickly."""
    context_tokens: int = 0
    """How much of a conversation the model in `folder` keeps in mind; 0 leaves it to the planner."""
    server_url: str = ""
    """Base URL of an OpenAI-compatible server, "https://host/v1"; empty runs the embedded engine."""
    server_model: str = ""
    tools: str = "auto"
    """Whether the model may ask for sums: "always", "never" or "auto" (one of your own or on a server)."""
    instructions: str = ""
    """Added to the system prompt: how the user wants the assistant to be."""
    temperature: float = 0.7
    longest_reply_tokens: int = 400
    idle_minutes: float = 10.0
    """Unused for so long, the model leaves the memory when the machine runs short of it; 0 keeps it there."""


@dataclass(frozen=True, slots=True)
class AheadSettings:
    """What is done before the user has finished speaking."""

    captions: bool = True
    """Recognise while they speak: words appear at once, and the last look is the final one."""
    speculation: bool = True
    """Begin an answer in a short pause, unheard and unseen, and throw it away when the user goes on."""


@dataclass(frozen=True, slots=True)
class PageSettings:
    think_seconds: float = 0.0
    """How long to go on improving a page after it is first shown. 0 shows it as it was read at once."""
    written: str = "auto"
    """Whether a model that sees writes the whole page: "always", "never" or "auto" (a large one, not on the CPU)."""
    keep_corrections: bool = False
    """Keep sketches that the user corrects, with what is really drawn, for `vesper improve`. They stay here."""


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    offline: bool = False
    """True forbids model downloads; nothing else ever reaches out by itself."""
    models_folder: str = ""
    """A folder of the user's own with model files; empty uses the platform's data folder."""


@dataclass(frozen=True, slots=True)
class WindowSettings:
    theme: str = "system"
    """"system", "light" or "dark"."""
    text_scale: float = 1.0
    geometry: str = ""
    """Qt's saved geometry, base64."""
    push_to_talk_key: str = "F8"
    open_microphone: bool = False
    """Open microphone (hands-free) at start."""


@dataclass(frozen=True, slots=True)
class Settings:
    audio: AudioSettings = field(default_factory=AudioSettings)
    talk: TalkSettings = field(default_factory=TalkSettings)
    endpoint: EndpointSettings = field(default_factory=EndpointSettings)
    voice: VoiceSettings = field(default_factory=VoiceSettings)
    hearing: HearingSettings = field(default_factory=HearingSettings)
    mind: MindSettings = field(default_factory=MindSettings)
    ahead: AheadSettings = field(default_factory=AheadSettings)
    pages: PageSettings = field(default_factory=PageSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    window: WindowSettings = field(default_factory=WindowSettings)
