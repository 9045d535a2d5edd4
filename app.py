"""The web app's front door: `streamlit run app.py`, or `consent-risk serve`, which also names the workspace."""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware

from consent_risk.web.headers import StrictHeaders

app = st.App("consent_risk/web/main.py", middleware=[Middleware(StrictHeaders)])
