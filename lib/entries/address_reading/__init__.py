"""영문 배송지 판독: messy English delivery addresses read into standard Hangul ones, and the shops behind them found."""
