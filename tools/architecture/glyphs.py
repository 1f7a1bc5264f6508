"""Icons: line drawings of our own on a square of 48, and the colours that AWS gives families of services."""

COLOURS = {
    "analytics": "#8c4fff",
    "compute": "#d45b07",
    "database": "#c925d1",
    "integration": "#e7157b",
    "management": "#b0084d",
    "network": "#8c4fff",
    "outside": "#57606a",
    "security": "#dd344c",
    "storage": "#5f8a10",
}

_CYLINDER = "M12 15v18c0 3 5 5 12 5s12-2 12-5V15M12 24c0 3 5 5 12 5s12-2 12-5"

GLYPHS = {
    "alarm": '<path d="M10 36h28M13 30l6-8 6 5 9-13M34 20v-6h-6"/>',
    "api": '<path d="M18 15l-8 9 8 9M30 15l8 9-8 9M27 12l-6 24"/>',
    "bucket": '<path d="M11 15l4 21c1 3 17 3 18 0l4-21"/><ellipse cx="24" cy="15" rx="13" ry="4"/>',
    "budget": '<circle cx="24" cy="24" r="14"/><path d="M29 18c-2-2-10-3-10 2s10 3 10 8-8 4-10 2M24 13v22"/>',
    "config": '<path d="M14 10h20v28H14zM18 18l2 2 4-4M27 18h4M18 27l2 2 4-4M27 27h4"/>',
    "database": f'<ellipse cx="24" cy="15" rx="12" ry="5"/><path d="{_CYLINDER}"/>',
    "endpoint": '<circle cx="24" cy="24" r="5"/><path d="M24 10v9M24 29v9M10 24h9M29 24h9"/>'
    '<circle cx="24" cy="24" r="14"/>',
    "events": '<circle cx="24" cy="24" r="4"/><circle cx="13" cy="14" r="3"/><circle cx="35" cy="14" r="3"/>'
    '<circle cx="24" cy="38" r="3"/><path d="M15 16l6 5M33 16l-6 5M24 28v7"/>',
    "file": '<path d="M14 9h14l7 7v23H14zM28 9v7h7M19 23h11M19 28h11M19 33h7"/>',
    "internet": '<circle cx="24" cy="24" r="14"/><ellipse cx="24" cy="24" rx="6" ry="14"/>'
    '<path d="M10 24h28M12 17h24M12 31h24"/>',
    "key": '<circle cx="17" cy="24" r="6"/><path d="M23 24h16M33 24v6M38 24v5"/>',
    "lambda": '<path d="M14 11h6l13 26h5M23 19L13 37"/>',
    "logs": '<path d="M12 10h24v28H12zM17 17h14M17 22h14M17 27h9M17 32h12"/>',
    "nat": '<path d="M13 12h14v24H13zM22 24h17M34 19l5 5-5 5"/>',
    "people": '<circle cx="24" cy="17" r="6"/><path d="M12 38c0-8 5-12 12-12s12 4 12 12z"/>',
    "provider": '<circle cx="24" cy="15" r="5"/><path d="M24 20v18M24 28h7M24 34h5M14 24a12 12 0 01-2-9"/>'
    '<path d="M36 15a12 12 0 01-2 9"/>',
    "queue": '<path d="M9 17h8v14H9zM20 17h8v14h-8zM31 17h8v14h-8z"/>',
    "role": '<path d="M10 13h28v22H10zM27 20h7M27 25h7M27 30h4"/><circle cx="18" cy="21" r="3"/>'
    '<path d="M13 31c0-4 2-6 5-6s5 2 5 6"/>',
    "secret": '<path d="M14 22h20v16H14zM18 22v-5a6 6 0 0112 0v5M24 28v4"/>',
    "shield": '<path d="M24 9l13 5v9c0 9-6 14-13 17-7-3-13-8-13-17v-9zM18 24l5 5 8-9"/>',
    "stream": '<path d="M9 17c5-5 9 5 15 0s9 5 15 0M9 25c5-5 9 5 15 0s9 5 15 0M9 33c5-5 9 5 15 0s9 5 15 0"/>',
    "table": '<path d="M11 12h26v24H11zM11 20h26M11 28h26M20 12v24"/>',
    "workflow": '<circle cx="14" cy="14" r="4"/><circle cx="34" cy="34" r="4"/>'
    '<path d="M14 18v8c0 5 3 8 8 8h8M26 30l4 4-4 4"/>',
    "topic": '<path d="M11 28v-8l18-8v24zM29 20c5 0 5 8 0 8M15 29l3 9h4l-2-7"/>',
    "trail": '<circle cx="22" cy="22" r="11"/><path d="M30 30l8 8M22 15v7l5 3"/>',
}
