/* Vietnamese for plotly.js: its own "vi" locale has no words and no separators. */
(function () {
  "use strict";
  const months = Array.from({ length: 12 }, (_, i) => "Tháng " + (i + 1));
  const locale = {
    moduleType: "locale",
    name: "vi",
    dictionary: {
      "Autoscale": "Tự chỉnh thang đo",
      "Box Select": "Chọn vùng",
      "Click to enter Plot title": "Nhập tiêu đề",
      "Download plot": "Tải biểu đồ (PNG)",
      "Download plot as a PNG": "Tải biểu đồ (PNG)",
      "Download plot as a png": "Tải biểu đồ (PNG)",
      "Pan": "Di chuyển",
      "Reset axes": "Đặt lại trục",
      "Snapshot succeeded": "Đã tải biểu đồ",
      "Taking snapshot - this may take a few seconds": "Đang tạo ảnh biểu đồ",
      "Sorry, there was a problem downloading your snapshot!": "Không tạo được ảnh biểu đồ",
      "Zoom": "Phóng to",
      "Zoom in": "Phóng to",
      "Zoom out": "Thu nhỏ"
    },
    format: {
      days: ["Chủ nhật", "Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy"],
      shortDays: ["CN", "T2", "T3", "T4", "T5", "T6", "T7"],
      months: months,
      shortMonths: months.map((_, i) => "Th" + (i + 1)),
      date: "%d/%m/%Y",
      decimal: ",",
      thousands: ".",
      grouping: [3],
      currency: ["", " ₫"]
    }
  };
  window.PlotlyLocales = (window.PlotlyLocales || []).concat(locale); /* Plotly takes them from there when it comes */
})();
