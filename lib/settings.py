"""Every setting of the suite, one place, typed.

Each is read from the environment variable ``AX_<NAME>``; nothing else decides how the suite runs.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
MODELS = ROOT / "models"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="AX_", env_ignore_empty=True)

    data_dir: Path = Field(ROOT / ".local", description="all state: cases, caches, imports, kept photos")
    database_url: str | None = Field(None, description="PostgreSQL of the case book; SQLite under data_dir when unset")
    officer: str = Field("담당자", description="who decides, in local mode (no login)")
    role_claim: str = Field("roles", description="the login's claim that holds roles; a.b for one within another")
    role_names: dict[str, str] = Field(
        {}, description='roles by other names: {"customs-inv": "조사", "customs-inv-fx": "조사:fetch"}'
    )
    four_eyes: set[str] = Field(set(), description='entries whose decisions a second officer approves: ["fetch"]')
    trail_key: SecretStr | None = Field(
        None, description="seals the audit trail; the same on all servers of one database"
    )
    keep_days: int = Field(730, ge=365, description="how long the audit trail and questions keep their words")
    address_dir: Path = Field(
        ROOT / ".local" / "addresses", description="the building table made for reading addresses"
    )
    index_dir: Path = Field(ROOT / ".local" / "index", description="the search index of the shipped law cards")
    customs_office: str | None = Field(None, description="written into each record and message; else the entry's own")

    engine: Literal["duckdb", "spark"] = Field("duckdb", description="what computes the features of tabular entries")

    ocr_engine: Literal["embedded", "easyocr", "tesseract"] = "embedded"
    photo_seconds: float = Field(60, gt=0, le=3600, description="the longest a reading engine may take for one photo")
    easyocr_dir: Path | None = Field(None, description="folder holding easyocr weights; else its own download")

    block_list_url: str = "https://apis.data.go.kr/1471000/BlockRawIrdntInfoService/getBlockRawIrdntInfo"
    block_list_key: SecretStr | None = None
    product_list_url: str = "https://openapi.foodsafetykorea.go.kr/api"
    product_list_key: SecretStr | None = None

    juso_url: str = "https://business.juso.go.kr/addrlink/addrLinkApi.do"
    juso_key: SecretStr | None = None
    juso_english_url: str = "https://business.juso.go.kr/addrlink/addrEngApi.do"
    juso_english_key: SecretStr | None = None
    tax_status_url: str = "https://api.odcloud.kr/api/nts-businessman/v1"
    mail_order_url: str = "https://apis.data.go.kr/1130000/MllBsDtl_3Service/getMllBsInfoDetail_3"
    shops_url: str = "https://apis.data.go.kr/B553077/api/open/sdsc2/storeListInBuilding"
    public_data_key: SecretStr | None = Field(None, description="data.go.kr key, for the three services above")

    unipass_url: str = "https://unipass.customs.go.kr:38010/ext/rest"
    unipass_key: SecretStr | None = None

    law_url: str = "https://www.law.go.kr/DRF"
    law_key: SecretStr | None = Field(None, description="OC of the open API of 국가법령정보")

    llm_url: str | None = Field(
        None, description="OpenAI-compatible endpoint for written answers, with its /v1; none: no model"
    )
    llm_key: SecretStr | None = Field(None, description="its key; local servers need none")
    llm_model: str | None = Field(None, description="the model's name there")
    llm_seconds: float = Field(120, gt=0, le=3600, description="the longest wait for one whole answer")

    sms_gateway: Literal["file", "solapi", "sens"] = Field(
        "file", description="who carries text messages; a file: nobody"
    )
    office_phone: str = Field("", description="whom a warehouse may ring up, written into longer messages")
    sms_sender: str | None = Field(None, description="the office's number, registered with the gateway beforehand")
    solapi_url: str = "https://api.solapi.com"
    solapi_key: SecretStr | None = None
    solapi_secret: SecretStr | None = None
    sens_url: str = "https://sens.apigw.ntruss.com"
    sens_service: str | None = Field(None, description="SMS service id: ncp:sms:kr:...")
    sens_access: SecretStr | None = None
    sens_secret: SecretStr | None = None

    def folder(self, *parts: str) -> Path:
        """A folder under ``data_dir``, created when first asked for."""
        path = self.data_dir.expanduser().resolve().joinpath(*parts)
        path.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def case_book(self) -> str:
        """SQLAlchemy URL of the case book."""
        return self.database_url or f"sqlite:///{self.folder('cases') / 'cases.sqlite'}"


@cache
def settings() -> Settings:
    """The settings of this process. Tests call ``settings.cache_clear()`` after changing the environment."""
    return Settings()
