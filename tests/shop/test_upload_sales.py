"""POST /v1/shop/purchases/csv"""

from io import BytesIO
from typing import Any

import pytest

from tests.factories.purchases import points_of, send_stored, show_code, stored
from tests.support.client import ApiClient

PATH = "/v1/shop/purchases/csv"
HEADER = "取引番号,日時,金額,市民コード\r\n"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

pytestmark = pytest.mark.usefixtures("proven_ledger")


def upload(till: ApiClient, file: str | bytes, **keywords: Any) -> Any:
    data = file if isinstance(file, bytes) else file.encode()
    response = till.post(PATH, data=data, content_type="text/csv", headers={"Accept-Language": "en"})
    assert response.status_code == 200, response.get_json()
    return response.get_json()


def refusal(till: ApiClient, data: bytes, content_type: str = "text/csv") -> tuple[int, str]:
    response = till.post(PATH, data=data, content_type=content_type)
    return response.status_code, response.get_json()["code"]


class TestUploadSales:
    def test_records_each_row(self, citizen: ApiClient, neighbour: ApiClient, register: ApiClient) -> None:
        rows = f"0615-1,2026/6/15 12:00,1280,{show_code(citizen)}\r\n" + (
            f'0615-2,2026-06-15 12:00:30,"¥1,600",{show_code(neighbour)}\r\n'
        )

        told = upload(register, HEADER + rows)

        assert told == {"recorded": 2, "replayed": 0, "refused": 0, "faults": []}
        assert (points_of(citizen), points_of(neighbour)) == (12, 16)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
    @on_sqlite
    def test_reads_what_tills_and_spreadsheets_write(
        self, citizen: ApiClient, register: ApiClient, encoding: str
    ) -> None:
        file = f"備考,{HEADER.strip()}\nテスト,0615-1,２０２６/０６/１５ １２:００,１２８０円,{show_code(citizen)}\n\n"

        assert upload(register, file.encode(encoding))["recorded"] == 1

    @on_sqlite
    def test_takes_english_names_and_times_with_an_offset(
        self, citizen: ApiClient, register: ApiClient
    ) -> None:
        file = f"ID,Done_at,Amount_yen,Citizen_code\nsale-1,2026-06-15T03:00:10Z,1280,{show_code(citizen)}\n"

        assert upload(register, file)["recorded"] == 1

    def test_records_only_what_is_missing_when_it_is_sent_again(
        self, citizen: ApiClient, neighbour: ApiClient, register: ApiClient
    ) -> None:
        first = f"0615-1,2026/06/15 12:00,1280,{show_code(citizen)}\n"
        wrong = f"0615-2,2026/06/15 12:00,abc,{show_code(neighbour)}\n"
        upload(register, HEADER + first + wrong)

        told = upload(register, HEADER + first + wrong.replace("abc", "600"))

        assert (told["recorded"], told["replayed"], told["refused"]) == (1, 1, 0)
        assert (points_of(citizen), points_of(neighbour)) == (12, 6)

    def test_knows_sales_that_came_in_a_batch(self, citizen: ApiClient, register: ApiClient) -> None:
        code = show_code(citizen)
        send_stored(register, stored("0615-1", code, 1280))

        told = upload(register, HEADER + f"0615-1,2026/06/15 12:00,1280,{code}\n")

        assert (told["recorded"], told["replayed"]) == (0, 1)

    @on_sqlite
    def test_names_the_line_of_each_fault(self, citizen: ApiClient, register: ApiClient) -> None:
        rows = [
            "0615-1,2026/06/15 12:00,0,1234",
            "0615-2,15.6.2026,100,1234",
            "",
            "0615-3,2026/06/15 12:00,100,0000 0000 00000",
            f"0615-4,2026/06/15 12:00,100,{show_code(citizen)}",
            "0615-5",
            "0615-6,2026/02/30 12:00,100,0000 0000 00000",
        ]

        told = upload(register, HEADER + "\r\n".join(rows))

        assert (told["recorded"], told["refused"]) == (1, 5)
        assert [(fault["line"], fault["id"], fault["code"], fault["field"]) for fault in told["faults"]] == [
            (2, "0615-1", "fields_invalid", "amount_yen"),
            (3, "0615-2", "fields_invalid", "done_at"),
            (5, "0615-3", "citizen_code_unknown", "citizen_code"),
            (7, "0615-5", "fields_invalid", "citizen_code"),
            (8, "0615-6", "fields_invalid", "done_at"),
        ]

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"", "file_column_missing"),
            ("取引番号,日時,金額\n".encode(), "file_column_missing"),
            (b"\x81", "file_unreadable"),
            (b"id\n" + b'"' + b"x" * 140_000, "file_column_missing"),
            (HEADER.encode() + b'"' + b"x" * 140_000, "file_unreadable"),
            (HEADER.encode() + b"x\n" * 5_001, "file_too_long"),
        ],
    )
    @on_sqlite
    def test_refuses_another_file(self, register: ApiClient, data: bytes, code: str) -> None:
        assert refusal(register, data) == (422, code)

    @on_sqlite
    def test_refuses_another_media_type_and_more_than_a_megabyte(self, register: ApiClient) -> None:
        assert refusal(register, b"{}", "application/json") == (415, "media_type_not_accepted")
        assert refusal(register, b"x" * 1_048_577) == (413, "body_too_large")

    @on_sqlite
    def test_refuses_too_much_that_does_not_tell_its_length(self, register: ApiClient) -> None:
        chunked = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
        rows = HEADER.encode() + b"x" * 1_048_576

        response = register.post(
            PATH, input_stream=BytesIO(rows), environ_overrides=chunked, content_type="text/csv"
        )

        assert (response.status_code, response.get_json()["code"]) == (413, "body_too_large")

    @on_sqlite
    def test_reads_the_yen_sign_of_cp932(self, citizen: ApiClient, register: ApiClient) -> None:
        row = f'0615-1,2026/06/15 12:00,"\\1,280",{show_code(citizen)}\n'

        assert upload(register, (HEADER + row).encode("cp932"))["recorded"] == 1

    @on_sqlite
    def test_is_for_managers_and_registers(
        self, nobody: ApiClient, citizen: ApiClient, clerk: ApiClient, manager: ApiClient
    ) -> None:
        callers = (nobody, citizen, clerk, manager)

        sent = [
            caller.post(PATH, data=HEADER.encode(), content_type="text/csv").status_code for caller in callers
        ]

        assert sent == [401, 403, 403, 200]
