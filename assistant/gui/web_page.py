"""One page in one throw-away profile: what `web_engine` promises, as Qt objects. Imported on the first page."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QBuffer, QByteArray, QElapsedTimer, QIODevice, QObject, QUrl, Signal
from PySide6.QtWebEngineCore import (
    QWebEngineCertificateError,
    QWebEngineDesktopMediaRequest,
    QWebEngineDownloadRequest,
    QWebEngineFileSystemAccessRequest,
    QWebEngineFullScreenRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineRegisterProtocolHandlerRequest,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlScheme,
    QWebEngineUrlSchemeHandler,
    QWebEngineWebAuthUxRequest,
)

from assistant.gui.prose import clean
from assistant.gui.web_engine import POLICY, SCHEME

MESSAGES_PER_SECOND = 20  # a page that floods its console must not cost the window its time
LONGEST_MESSAGE = 300
ALLOWED_SCHEMES = ("preview", "data", "blob")

_Attribute = QWebEngineSettings.WebAttribute
ON = (_Attribute.JavascriptEnabled, _Attribute.AutoLoadImages, _Attribute.PlaybackRequiresUserGesture)
OFF = (
    _Attribute.LocalStorageEnabled,
    _Attribute.PluginsEnabled,
    _Attribute.LocalContentCanAccessFileUrls,
    _Attribute.LocalContentCanAccessRemoteUrls,
    _Attribute.JavascriptCanOpenWindows,
    _Attribute.JavascriptCanAccessClipboard,
    _Attribute.JavascriptCanPaste,
    _Attribute.HyperlinkAuditingEnabled,
    _Attribute.FullScreenSupportEnabled,
    _Attribute.ScreenCaptureEnabled,
    _Attribute.WebGLEnabled,
    _Attribute.AutoLoadIconsForPage,
    _Attribute.AllowRunningInsecureContent,
    _Attribute.AllowGeolocationOnInsecureOrigins,
    _Attribute.AllowWindowActivationFromJavaScript,
    _Attribute.NavigateOnDropEnabled,
    _Attribute.PdfViewerEnabled,
    _Attribute.ErrorPageEnabled,
    _Attribute.DnsPrefetchEnabled,
    _Attribute.FocusOnNavigationEnabled,
    _Attribute.XSSAuditingEnabled,
    _Attribute.SpatialNavigationEnabled,
    _Attribute.TouchIconsEnabled,
)


def register_scheme() -> None:
    """Make `preview://` known. Before the first profile; again is harmless."""
    if QWebEngineUrlScheme.schemeByName(QByteArray(SCHEME)).name() == SCHEME:
        return
    scheme = QWebEngineUrlScheme(QByteArray(SCHEME))
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    scheme.setFlags(QWebEngineUrlScheme.Flag.SecureScheme)
    QWebEngineUrlScheme.registerScheme(scheme)


class PreviewPage(QWebEnginePage):
    """Shows HTML given to `show_html`, and says what it tried. Deleting it deletes its profile afterwards."""

    reported = Signal(str)
    """A word the page wanted to show in a dialog: one line of plain text."""
    erred = Signal(str)
    """An error of the page, likewise."""

    def __init__(self, parent: QObject | None = None) -> None:
        register_scheme()
        profile = QWebEngineProfile()  # no name: off the record
        super().__init__(profile, parent)
        self._profile = profile
        self._handler = _Handler(profile)
        self._interceptor = _Interceptor(profile)
        self._revision = 0
        self._navigation_due = False
        self._dialog_shown = False
        self._second = QElapsedTimer()
        self._messages = 0
        self.errors: list[str] = []
        """Console errors since the page was shown, the first few."""
        profile.installUrlSchemeHandler(QByteArray(SCHEME), self._handler)
        profile.setUrlRequestInterceptor(self._interceptor)
        profile.setHttpCacheType(QWebEngineProfile.HttpCacheType.NoCache)
        profile.setPersistentCookiesPolicy(QWebEngineProfile.PersistentCookiesPolicy.NoPersistentCookies)
        profile.setSpellCheckEnabled(False)
        profile.downloadRequested.connect(self._refuse_download)
        profile.setNotificationPresenter(lambda _notification: None)
        self._refuse_everything()

    @property
    def blocked(self) -> list[str]:
        """Addresses the page asked for and did not get, the first few."""
        return self._interceptor.blocked

    def show_html(self, html: str) -> None:
        self._revision += 1
        self._dialog_shown = False
        self._messages = 0
        self.errors.clear()
        self._interceptor.blocked.clear()
        self._handler.html = html.encode("utf-8", "replace")
        self._navigation_due = True
        self.load(QUrl(f"preview://page/{self._revision}"))

    def keep_html(self, html: str) -> None:
        """What `preview://` holds, for a page that was changed where it stands: no load is started."""
        self._dialog_shown = False
        self.errors.clear()
        self._handler.html = html.encode("utf-8", "replace")

    def dispose(self) -> None:
        """Delete the page now, then its profile: the other order makes Qt complain. Nothing may use it afterwards."""
        profile = self._profile
        shiboken6.delete(self)
        shiboken6.delete(profile)

    def _refuse_everything(self) -> None:
        settings = self.settings()
        for attribute in ON:
            settings.setAttribute(attribute, True)
        for attribute in OFF:
            settings.setAttribute(attribute, False)
        settings.setUnknownUrlSchemePolicy(QWebEngineSettings.UnknownUrlSchemePolicy.DisallowUnknownUrlSchemes)
        self.setAudioMuted(True)
        self.permissionRequested.connect(self._refuse_permission)
        self.fullScreenRequested.connect(self._refuse_full_screen)
        self.registerProtocolHandlerRequested.connect(self._refuse_protocol)
        self.fileSystemAccessRequested.connect(self._refuse_files)
        self.desktopMediaRequested.connect(self._refuse_screen)
        self.certificateError.connect(self._refuse_certificate)
        self.webAuthUxRequested.connect(self._refuse_key)

    def _refuse_download(self, download: QWebEngineDownloadRequest) -> None:
        download.cancel()

    def _refuse_permission(self, permission: QWebEnginePermission) -> None:
        permission.deny()

    def _refuse_full_screen(self, request: QWebEngineFullScreenRequest) -> None:
        request.reject()

    def _refuse_protocol(self, request: QWebEngineRegisterProtocolHandlerRequest) -> None:
        request.reject()

    def _refuse_files(self, request: QWebEngineFileSystemAccessRequest) -> None:
        request.reject()

    def _refuse_screen(self, request: QWebEngineDesktopMediaRequest) -> None:
        request.cancel()

    def _refuse_certificate(self, error: QWebEngineCertificateError) -> None:
        error.rejectCertificate()

    def _refuse_key(self, request: QWebEngineWebAuthUxRequest) -> None:
        request.cancel()

    # What Qt asks ---------------------------------------------------------------------------------------------

    def acceptNavigationRequest(
        self, url: QUrl | str, kind: QWebEnginePage.NavigationType, is_main_frame: bool
    ) -> bool:
        """Only the load that `show_html` started, and jumps within the page."""
        if not is_main_frame:
            return False
        target = QUrl(url)
        here = f"preview://page/{self._revision}"
        if target.hasFragment() and target.toString().partition("#")[0] == here:
            return True
        due, self._navigation_due = self._navigation_due, False
        return due and target.toString() == here

    def createWindow(self, kind: QWebEnginePage.WebWindowType) -> QWebEnginePage | None:  # type: ignore[override]  # None refuses, which the stubs do not know
        return None

    def chooseFiles(self, mode: QWebEnginePage.FileSelectionMode, old_files: object, accepted: object) -> list[str]:
        return []

    def javaScriptAlert(self, origin: QUrl | str, message: str) -> None:
        self._show_dialog(message)

    def javaScriptConfirm(self, origin: QUrl | str, message: str) -> bool:
        self._show_dialog(message)
        return True

    def javaScriptPrompt(self, origin: QUrl | str, message: str, default: str) -> tuple[bool, str]:
        self._show_dialog(message)
        return False, ""

    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str, line: int, source: str
    ) -> None:
        if level is not QWebEnginePage.JavaScriptConsoleMessageLevel.ErrorMessageLevel or not self._has_room():
            return
        words = _one_line(message)
        self.errors.append(f"line {line}: {words}")
        self.erred.emit(f"The page has an error in line {line}: {words}")

    def _show_dialog(self, message: str) -> None:
        """The first dialog of a page becomes a line beside it; a flood of them costs nothing."""
        if not self._dialog_shown:
            self._dialog_shown = True
            self.reported.emit(f"The page says: {_one_line(message)}")

    def _has_room(self) -> bool:
        if not self._second.isValid() or self._second.elapsed() > 1000:
            self._second.start()
            self._messages = 0
        self._messages += 1
        return self._messages <= MESSAGES_PER_SECOND and len(self.errors) < 10 * MESSAGES_PER_SECOND


def _one_line(text: str) -> str:
    return " ".join(clean(text[: 2 * LONGEST_MESSAGE]).split())[:LONGEST_MESSAGE]


class _Handler(QWebEngineUrlSchemeHandler):
    """Answers `preview://page/N` with the page and its policy; there is nothing else."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.html = b""

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        if job.requestUrl().host() != "page":
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
            return
        buffer = QBuffer(job)  # owned by the job, read after this returns
        buffer.setData(QByteArray(self.html))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        headers = {
            b"Content-Security-Policy": POLICY.encode(),
            b"X-Content-Type-Options": b"nosniff",
            b"Referrer-Policy": b"no-referrer",
            b"Cache-Control": b"no-store",
        }
        # Values must be lists, whatever the stubs say: a bare one is sent letter by letter, and the policy is lost.
        lists = {QByteArray(key): [QByteArray(value)] for key, value in headers.items()}
        job.setAdditionalResponseHeaders(lists)  # type: ignore[arg-type]
        job.reply(QByteArray(b"text/html;charset=utf-8"), buffer)


class _Interceptor(QWebEngineUrlRequestInterceptor):
    """Blocks every request that is not the page itself or data inside it."""

    MOST = 50

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.blocked: list[str] = []

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        url = info.requestUrl()
        if url.scheme() in ALLOWED_SCHEMES:
            return
        info.block(True)
        if len(self.blocked) < self.MOST:
            self.blocked.append(url.toDisplayString()[:LONGEST_MESSAGE])
