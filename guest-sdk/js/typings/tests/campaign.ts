// The page of `examples/campaign`, as it is.
Page({
  data: { offers: [] },
  onLoad() {
    fc.request({
      url: 'https://api.your-platform.com/campaigns/summer',
      success: (res) => this.setData({ offers: res.data })
    })
  }
})
