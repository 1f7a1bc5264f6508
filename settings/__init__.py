"""Typed settings: read from the environment and cdktf.json, checked all at once (GEN-6, GEN-7)."""

from settings.load import SettingsError, load
from settings.model import ApiSettings, AuroraSettings, Settings, TradingAnalyticsSettings
from settings.project import project_context

__all__ = [
    "ApiSettings",
    "AuroraSettings",
    "Settings",
    "SettingsError",
    "TradingAnalyticsSettings",
    "load",
    "project_context",
]
