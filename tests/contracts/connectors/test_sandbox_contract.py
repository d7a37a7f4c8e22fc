"""The sandbox keeps the contract of a payment gateway."""

from dataclasses import replace
from pathlib import Path

import pytest

from duly.connector import Place
from duly.testing.contracts import Counterpart, MethodTokens, PaymentGatewayContract
from duly.values.money import Money
from duly_connectors.sandbox import Sandbox, SandboxSettings, world


class TestSandbox(PaymentGatewayContract):
    tokens = MethodTokens("pays/anna", "declines/anna", "declines-hard/anna", "asks-3ds/anna")

    @pytest.fixture(autouse=True)
    def _workspace(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def open_connector(self, place: Place) -> Sandbox:
        return Sandbox.open(SandboxSettings(), place)

    def captured(self, connector: Sandbox) -> list[Money]:
        return [charge.amount for charge in world(self.folder).captured.values()]

    def become(self, connector: Sandbox, counterpart: Counterpart) -> None:
        token = {
            "silent": "times-out-done/anna",
            "refusing": "declines/anna",
            "not_knowing_us": "wrong-key/anna",
        }.get(counterpart)
        if token is None:
            pytest.skip("the token outage is always down; test_answering_gateways.py has its test")
        self.tokens = replace(self.tokens, pays=token)


class TestSandboxThatLosesRequests(PaymentGatewayContract):
    tokens = MethodTokens("pays/anna")

    @pytest.fixture(autouse=True)
    def _workspace(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def open_connector(self, place: Place) -> Sandbox:
        return Sandbox.open(SandboxSettings(), place)

    def captured(self, connector: Sandbox) -> list[Money]:
        return [charge.amount for charge in world(self.folder).captured.values()]

    def become(self, connector: Sandbox, counterpart: Counterpart) -> None:
        if counterpart != "silent":
            pytest.skip("only the lost request differs from TestSandbox")
        self.tokens = replace(self.tokens, pays="times-out/anna")
