"""What two inspectors take along, by trade: shown on the task's page."""

_ALWAYS = ("人民警察证、行政执法证", "行政检查通知书", "执法记录仪（检查电量和存储）", "充满电的手机和充电宝")
_BY_TRADE = {
    "hotel": ("旅客登记抽样用空白纸质表（断网备用）", "前台应知应会测试题", "未成年人入住“五必须”告知单"),
    "precursor": ("易制毒化学品品种目录", "防护手套和护目镜", "卷尺、便携秤（核对结存用）"),
    "cafe": ("居民身份证阅读设备", "座位抽样用纸质平面图（断网备用）", "未成年人禁入标识样张"),
}


def bring_list(trades: list[str]) -> list[str]:
    """Each thing once: what every visit needs, then what its trades need."""
    return list(dict.fromkeys((*_ALWAYS, *(thing for trade in trades for thing in _BY_TRADE.get(trade, ())))))
